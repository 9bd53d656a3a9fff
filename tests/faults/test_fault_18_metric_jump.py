"""Fault 18: a metric jumps beyond its history's range.

Gate 3 stops the release unless a person waives it: once, by name, for all readers to see.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
from datetime import date
from pathlib import Path

import pytest

from orchestration.core.errors import GateFailed
from orchestration.core.records import GateReport
from orchestration.ingestion import Ledger
from orchestration.ingestion.ledger.waivers import (
    all_waivers,
    grant_waiver,
    open_waivers,
    settle_waivers,
    use_waivers,
    withdraw_waiver,
)
from orchestration.publication import Candidate, prepare_candidate, publish, releases, seal
from orchestration.quality import (
    MetricMeta,
    MetricValue,
    read_gate,
    used_waivers,
    waive,
    write_gate,
    write_receipt,
    write_results,
)
from orchestration.settings import Home
from semantic_layer.rendering import trust_dict, trust_line
from semantic_layer.trust import read_release
from semantic_layer.warehouse import Warehouse
from tests.unit.publication.factories import amount_in, build, make_release
from tests.unit.quality.factories import gate_input, results
from tests.waivers import failed_check, waiver_of

REVENUE = MetricMeta.of("revenue", {"unit": "currency"})
JUMP = "metric.revenue on revenue"


def _months(last: float) -> list[MetricValue]:
    values = [100.0, 104, 98, 101, 99, 103, 97, 102, 100, 105, last]
    return [
        MetricValue("revenue", date(2025 + n // 12, n % 12 + 1, 1), value)
        for n, value in enumerate(values)
    ]


def _run(home: Home, run_id: str, *, last: float) -> Candidate:
    """Gate, seal, sign and publish, with the ledger's open waivers."""
    candidate = prepare_candidate(home, run_id, full=False)
    build(candidate, amount=20)
    with Ledger(home.ledger) as ledger:
        settle_waivers(ledger, {r.run_id: r.release_id for r in releases(home)})
        waivers = {waiver.check: waiver for waiver in open_waivers(ledger)}
        examined = gate_input(
            candidate.directory,
            metrics=[REVENUE],
            values=_months(last),
            previous_values=_months(last)[:-1],
            complete_before=date(2026, 1, 1),
        )
        checks = results("metric.<metric>", examined)
        report = waive(GateReport(run_id=run_id, checks=checks), waivers)
        write_results(candidate.marts, report)
        write_gate(candidate.directory, report)
        required = {"metric.revenue": "revenue"}
        write_receipt(candidate.directory, report, required, seal(candidate))
        use_waivers(ledger, used_waivers(report, waivers), run_id=run_id)
    publish(home, candidate, required_checks=required)
    return candidate


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home.at(tmp_path / "home")
    make_release(made, "run-1", amount=10)
    return made


def test_months_in_range_are_published(home: Home) -> None:
    _run(home, "run-2", last=108)
    assert amount_in(home.current) == (20, 20)


@pytest.mark.parametrize("last", [4_000, 0.5, -300])
def test_a_jump_publishes_nothing_and_names_the_next_step(home: Home, last: float) -> None:
    with pytest.raises(GateFailed) as failed:
        _run(home, "run-2", last=last)
    assert "metric.revenue" in str(failed.value)
    assert "2025-11" in str(failed.value)
    assert f'embudo waive "{JUMP}" --reason' in str(failed.value)
    assert amount_in(home.current) == (10, 10)


def _waive_jump(home: Home) -> None:
    """Let a jump to 4,000 fail, and waive what the gate found."""
    with pytest.raises(GateFailed):
        _run(home, "failed", last=4_000)
    report = read_gate(home.candidate("failed"))
    assert report is not None
    with Ledger(home.ledger) as ledger:
        grant_waiver(ledger, failed_check(report.checks[0]), reason="Black Friday", signed_by="ana")


def test_a_waiver_is_for_what_was_found_and_not_for_a_higher_jump(home: Home) -> None:
    _waive_jump(home)
    with pytest.raises(GateFailed, match=r"The waiver of ana is for what run run-0 found"):
        _run(home, "run-2", last=40_000)
    assert amount_in(home.current) == (10, 10)


def test_waived_it_is_published_once_for_all_to_see(home: Home) -> None:
    _waive_jump(home)
    _run(home, "run-2", last=4_000)
    release = releases(home)[0]
    assert release.verdict == "warn"
    assert list(release.accepted) == [JUMP]
    assert release.accepted[JUMP].startswith("ana, ")
    assert release.accepted[JUMP].endswith("UTC: Black Friday")
    checks = json.loads((home.current / "gate.json").read_text())["checks"]
    assert checks[0]["waiver"] == release.accepted[JUMP]

    with contextlib.closing(Warehouse.open(home.current / "marts.duckdb")) as warehouse:
        trust = read_release(home.current.resolve(), warehouse=warehouse).trust()
        rows = warehouse.query("select waiver as why from marts.quality.checks")
    assert rows.to_pylist() == [{"why": release.accepted[JUMP]}]
    assert f"accepted by hand: {JUMP} (ana" in trust_line(trust)
    assert "aceptado a mano" in trust_line(trust, lang="es")
    assert trust_dict(trust)["accepted"] == release.accepted

    with pytest.raises(GateFailed, match=r"metric\.revenue"):  # the next refresh needs its own
        _run(home, "run-3", last=4_000)
    with Ledger(home.ledger) as ledger:
        (spent,) = all_waivers(ledger)
    assert (spent.used_by, spent.release_id) == ("run-2", release.release_id)


def test_a_waiver_that_nothing_needed_stays_open(home: Home) -> None:
    _waive_jump(home)
    _run(home, "run-2", last=108)
    with Ledger(home.ledger) as ledger:
        assert [waiver.check for waiver in open_waivers(ledger)] == [JUMP]
        assert withdraw_waiver(ledger, JUMP)
        assert not withdraw_waiver(ledger, JUMP)
        assert open_waivers(ledger) == []


def test_a_run_killed_before_it_published_gives_its_acceptance_back(home: Home) -> None:
    """I6: used up is what let a release out, not what was about to."""
    _waive_jump(home)
    with Ledger(home.ledger) as ledger:
        use_waivers(ledger, [JUMP], run_id="killed")
        assert open_waivers(ledger) == []
    _run(home, "run-2", last=4_000)
    assert amount_in(home.current) == (20, 20)


def test_a_check_that_could_not_run_cannot_be_waived(home: Home) -> None:
    checks = results("metric.<metric>", gate_input(home.root, metrics=[REVENUE]))
    broken = dataclasses.replace(checks[0], outcome="fail", ran=False, observed="could not run: x")
    report = waive(GateReport(run_id="r", checks=(broken,)), {JUMP: waiver_of(broken)})
    assert report.verdict == "fail"
