"""The gate as a whole: what it requires, and that a check that raises has failed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from orchestration.quality.gate import required_checks, run_check, run_gate
from orchestration.quality.metric_values import MetricMeta
from orchestration.quality.outcomes import Finding
from orchestration.quality.registry import Check
from orchestration.quality.standing_exceptions import StandingExceptions
from orchestration.quality.subjects import Definitions, GateInput
from orchestration.settings import ExceptionSpec
from tests.unit.quality.factories import gate_input, manifest_of, result
from tests.waivers import waiver_of

METRICS = [MetricMeta.of("revenue", {"unit": "currency"})]


def family(definitions: Definitions) -> dict[str, str]:
    return {f"mine.{metric.name}": metric.name for metric in definitions.metrics}


def made(function: object) -> Check:
    return Check(
        gate=3, name="mine.<metric>", on="each metric", function=function, per="candidate",  # type: ignore[arg-type]
        names=family, policy="stop", nothing="", remedy="Look.",
    )  # fmt: skip


def test_every_metric_and_mart_is_required_in_its_gate() -> None:
    manifest = manifest_of("customer.fct_orders")
    names = required_checks(manifest, metrics=METRICS)
    assert names["metric.revenue"] == "revenue"
    assert names["rows.customer.fct_orders"] == "fct_orders"
    assert names["loads.volume"] == "all streams"
    assert "metric.revenue" not in required_checks(manifest, metrics=METRICS, gates=(1, 2))
    assert "loads.volume" not in required_checks(manifest, metrics=METRICS, gates=(2, 3))


def test_a_check_that_raises_has_failed_under_each_of_its_names() -> None:
    def broken(_: GateInput) -> Finding:
        raise ZeroDivisionError("of ana@example.com")

    candidate = gate_input(Path("/nonexistent"), metrics=METRICS)
    (check_result,) = run_check(made(broken), candidate)
    assert (check_result.name, check_result.subject, check_result.outcome, check_result.ran) == (
        "mine.revenue",
        "revenue",
        "fail",
        False,
    )
    assert check_result.observed == "could not run: ZeroDivisionError: of ***"


def test_limits_of_the_settings_reach_the_check() -> None:
    def limited(_: GateInput, *, most: int = 3, other: int = 1) -> Finding:
        return Finding(passed=most > other, observed=f"{most}", expected="", name="mine.revenue")

    candidate = gate_input(Path("/nonexistent"), metrics=METRICS, limits={"most": 9, "unknown": 1})
    (check_result,) = run_check(made(limited), candidate)
    assert check_result.observed == "9"


@pytest.mark.parametrize(
    ("most", "outcome"), [(5, "pass"), (4, "fail"), (-1, "fail")], ids=["below", "above", "raises"]
)
def test_an_exception_has_limits_of_its_own_beside_those_of_the_settings(
    most: int, outcome: str
) -> None:
    def limited(_: GateInput, *, most: int = 3, other: int = 1) -> Finding:
        if most < 0:
            raise ZeroDivisionError
        return Finding(
            passed=most + other > 6, observed=f"{most}", expected="", name="mine.revenue"
        )

    spec = ExceptionSpec(
        check="mine.*", limits={"most": most}, reason="so it is", until=date(2026, 7, 1)
    )
    candidate = gate_input(
        Path("/nonexistent"),
        limits={"other": 2},
        exceptions=StandingExceptions((spec,), date(2026, 7, 1)),
    )
    (check_result,) = run_check(made(limited), candidate)
    assert check_result.outcome == outcome
    assert check_result.exception == ("until 2026-07-01: so it is" if outcome == "pass" else "")


def test_a_report_has_gate_1_first_and_waived_failures_warn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("orchestration.quality.gate.checks_of", lambda *_: ())
    failed = result("loads.volume", gate=1, passed=False)
    candidate = gate_input(
        Path("/nonexistent"), loads=[failed], waivers={failed.title: waiver_of(failed)}
    )
    report = run_gate(candidate)
    assert [(check.name, check.outcome) for check in report.checks] == [("loads.volume", "warn")]
    assert report.verdict == "warn"
