"""`embudo waive`: a check is waived by name, signed, listed and withdrawn."""

from __future__ import annotations

import json

import pytest

from orchestration.ingestion import Ledger
from orchestration.ingestion.ledger.runs import begin_refresh, end_refresh
from orchestration.operations import waivers
from tests.faults.tiny_company import TinyCompany
from tests.unit.cli.conftest import CommandLine

CHECK = "metric.revenue on revenue"


@pytest.fixture(autouse=True)
def gate(monkeypatch: pytest.MonkeyPatch, company: TinyCompany) -> None:
    """The names of a gate, without parsing the models, and a refresh in which a check failed."""
    failed = {"check": CHECK, "observed": "4,000 in 2025-11", "failures": 1, "ran": True}
    with Ledger(company.home.ledger) as ledger:
        begin_refresh(ledger, "run-9", full=False)
        end_refresh(ledger, "run-9", verdict="failed", detail={"failed": [failed]})
    checks = {"metric.revenue": "revenue", "loads.volume": "loads"}
    monkeypatch.setattr(waivers, "required_checks", lambda _, *, unit_tests: checks)


def test_a_waiver_is_signed_listed_and_withdrawn(
    embudo: CommandLine, options: tuple[str, ...]
) -> None:
    printed = embudo("waive", CHECK, "--reason", "Black  Friday", "--by", "ana", *options).stdout
    assert "Waived for one refresh" in printed
    assert "The next refresh may use the waiver" in embudo("status", *options).stdout
    (listed,) = json.loads(embudo("waive", "--list", "--format", "json", *options).stdout)
    assert (listed["check"], listed["state"]) == (CHECK, "open")
    assert (listed["signed_by"], listed["reason"]) == (waivers.signature("ana"), "Black Friday")
    assert listed["seen"] == "run-9: 4,000 in 2025-11"
    assert listed["until"] > listed["at"]
    assert "Withdrawn" in embudo("waive", CHECK, "--withdraw", *options).stdout
    assert "withdrawn" in embudo("waive", "--list", *options).stdout
    assert "no open waiver" in embudo("waive", CHECK, "--withdraw", *options, expect=2).stderr


def test_the_older_name_still_works_and_is_not_shown(
    embudo: CommandLine, options: tuple[str, ...]
) -> None:
    assert "Waived" in embudo("accept", CHECK, "--because", "Black Friday", *options).stdout
    assert "--because" not in embudo("waive", "--help").stdout
    assert "accept" not in embudo("--help").stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((CHECK,), "needs a reason"),
        (("metric.revenu", "--reason", "x"), "the nearest are metric.revenue"),
        (("metric.revenue on orders", "--reason", "x"), "metric.revenue checks revenue"),
        (("loads.volume on shop.order", "--reason", "x"), "shop.orders"),
        (("loads.volume", "--reason", "x"), "loads.volume did not fail in run run-9"),
        ((CHECK, "--reason", "x", "--run", "run-8"), "there is no run 'run-8'"),
        ((CHECK, "--reason", "x", "--until", "2020-01-01"), "until 2020-01-01 cannot be granted"),
        ((), "name a check"),
    ],
)
def test_what_is_refused(
    embudo: CommandLine, options: tuple[str, ...], arguments: tuple[str, ...], message: str
) -> None:
    assert message in embudo("waive", *arguments, *options, expect=2).stderr


def test_nothing_was_waived(embudo: CommandLine, options: tuple[str, ...]) -> None:
    assert "No check was ever waived here." in embudo("waive", "--list", *options).stdout
