"""Standing exceptions: what they cover passes by name; what is beyond them, or ended, fails as ever."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pytest

from orchestration.core.records import CheckResult
from orchestration.quality.outcomes import Cause, Finding, Layout, could_not_run
from orchestration.quality.standing_exceptions import StandingExceptions, excepted_tests
from orchestration.settings import ExceptionSpec

TODAY = date(2026, 7, 1)
RETURNS = {"check": "values.orders", "reason": "many returns", "until": date(2026, 12, 31)}
NOTE = "until 2026-12-31: many returns"

WHOLE = Finding(
    passed=False,
    observed="20 rows",
    expected="few",
    name="values.orders",
    subject="shop.orders",
    failures=20,
    rows=100,
)
STATUS = Cause("status moved", "error", 9, ("2026-06-01",), {"column": ("status",)})
KIND = Cause("kind moved", "warn", 5, ("2026-06-02",), {"column": ("kind",), "value": ("return",)})
PARTS = Finding.of_causes(
    [KIND, STATUS],
    expected="few",
    name="values.orders",
    subject="shop.orders",
    layout=Layout(suffix=" (orders.csv)", counts_most=True),
)


def result_of(finding: Finding) -> CheckResult:
    return finding.result(gate=3, name="values.<stream>", subject="each stream", remedy="Look.")


def apply(
    finding: Finding, *specs: Mapping[str, Any], others: Sequence[Finding] = (), today: date = TODAY
) -> CheckResult:
    """The result under exceptions; `others` is what the check finds with other limits."""
    exceptions = StandingExceptions(tuple(ExceptionSpec(**spec) for spec in specs), today)
    return exceptions.result(
        finding, family="values.<stream>", result_of=result_of, rerun=lambda _: others
    )


@pytest.mark.parametrize("check", ["values.orders", "values.*", "values.<stream>"])
@pytest.mark.parametrize("finding", [WHOLE, PARTS])
def test_what_is_covered_passes_and_says_until_when_and_why(check: str, finding: Finding) -> None:
    result = apply(finding, RETURNS | {"check": check})
    assert (result.outcome, result.exception) == ("pass", NOTE)
    assert result.observed == finding.observed
    assert result.failures == finding.failures


@pytest.mark.parametrize("finding", [WHOLE, PARTS])
@pytest.mark.parametrize(
    "spec",
    [
        {"check": "values.deals"},
        {"check": "gaps.*"},
        {"scope": {"source": "erp"}},
        {"scope": {"subject": "erp.orders"}},
        {"scope": {"stream": "deals"}},
        {"scope": {"rep": "Ana"}},
    ],
)
def test_other_checks_and_other_scopes_fail_as_ever(finding: Finding, spec: dict[str, Any]) -> None:
    assert apply(finding, RETURNS | spec) == result_of(finding)


def test_its_last_day_is_included_and_the_next_one_names_the_end() -> None:
    assert apply(WHOLE, RETURNS, today=date(2026, 12, 31)).outcome == "pass"
    ended = apply(WHOLE, RETURNS, today=date(2027, 1, 1))
    assert (ended.outcome, ended.exception) == ("fail", "")
    assert ended.remedy.startswith("Its exception ended on 2026-12-31 (many returns)")
    assert ended.remedy.endswith("Look.")
    elsewhere = RETURNS | {"scope": {"source": "erp"}}
    assert apply(WHOLE, elsewhere, today=date(2027, 1, 1)) == result_of(WHOLE)


def test_the_first_that_covers_all_is_the_one_that_is_named() -> None:
    for finding in (WHOLE, PARTS):
        assert apply(finding, RETURNS, RETURNS | {"reason": "another"}).exception == NOTE


def test_a_check_that_could_not_run_is_never_excepted() -> None:
    skipped = could_not_run(
        expected="a table", reason="no", name="values.orders", subject="shop.orders"
    )
    assert apply(skipped, RETURNS) == result_of(skipped)


def test_what_passes_needs_no_exception() -> None:
    passed = Finding(passed=True, observed="as before", expected="few", name="values.orders")
    assert apply(passed, RETURNS).exception == ""


def test_the_part_in_scope_is_covered_and_the_rest_fails() -> None:
    result = apply(PARTS, RETURNS | {"scope": {"column": "status", "source": "shop"}})
    assert (result.outcome, result.severity) == ("warn", "warn")
    assert result.observed == "kind moved (orders.csv) (beside what is excepted)"
    assert (result.failures, result.sample_keys, result.exception) == (5, ("2026-06-02",), NOTE)
    other = apply(PARTS, RETURNS | {"scope": {"column": ["kind"], "value": "return"}})
    assert (other.outcome, other.failures) == ("fail", 9)


def test_a_fault_of_several_names_is_none_of_one_of_them() -> None:
    reps = Finding.of_causes(
        [Cause("2 reps", scope={"rep": ("Ana", "Luis")})], expected="", name="values.orders"
    )
    assert apply(reps, RETURNS | {"scope": {"rep": "Ana"}}).outcome == "warn"
    assert apply(reps, RETURNS | {"scope": {"rep": ["Ana", "Luis"]}}).outcome == "pass"


@pytest.mark.parametrize(
    ("limits", "outcome"),
    [
        ({"failing_rows": 20}, "pass"),
        ({"failing_rows": 19}, "fail"),
        ({"failing_share": 0.2}, "pass"),
        ({"failing_share": 0.19}, "fail"),
    ],
)
def test_more_than_an_exception_allows_fails(limits: dict[str, float], outcome: str) -> None:
    assert apply(WHOLE, RETURNS | {"limits": limits}).outcome == outcome


def test_under_its_own_limits_a_check_finds_nothing_or_less_or_the_same() -> None:
    spec = RETURNS | {"limits": {"values_moved_stops": 0.9}}
    assert apply(PARTS, spec).outcome == "pass"
    lighter = PARTS.with_causes([Cause(STATUS.text, "warn", 9, STATUS.keys, STATUS.scope)])
    result = apply(PARTS, spec, others=[lighter])
    assert (result.outcome, result.exception) == ("warn", NOTE)
    assert apply(PARTS, spec, others=[PARTS]) == result_of(PARTS)
    warned = Finding(
        passed=False, severity="warn", observed="20 rows", expected="few", name="values.orders",
        subject="shop.orders",
    )  # fmt: skip
    assert apply(WHOLE, spec, others=[warned]).outcome == "warn"
    assert apply(WHOLE, spec, others=[WHOLE]) == result_of(WHOLE)


def test_two_exceptions_cover_a_part_each() -> None:
    result = apply(
        PARTS,
        RETURNS | {"scope": {"column": "status"}},
        RETURNS | {"scope": {"column": "kind"}, "reason": "a new kind"},
    )
    assert result.outcome == "pass"
    assert result.exception == f"{NOTE}; until 2026-12-31: a new kind"


def test_tests_of_dbt_that_are_excepted_keep_no_model_from_being_built() -> None:
    node = {"resource_type": "test", "name": "is_key", "alias": "is_key", "config": {}}
    manifest = {"nodes": {"test.embudo.is_key": node | {"unique_id": "test.embudo.is_key"}}}
    spec = ExceptionSpec(**RETURNS | {"check": "dbt.is_k*"})
    assert excepted_tests(manifest, StandingExceptions((spec,), TODAY)) == ("dbt.is_key",)
    assert excepted_tests(manifest, StandingExceptions((spec,), date(2027, 1, 1))) == ()
