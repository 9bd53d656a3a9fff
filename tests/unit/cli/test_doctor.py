"""`embudo doctor`: the findings of `operations`, printed, and its exit code."""

from __future__ import annotations

import json

from tests.faults.tiny_company import TinyCompany
from tests.unit.cli.conftest import CommandLine


def test_it_reports_and_exits_with_one(
    embudo: CommandLine, options: tuple[str, ...], company: TinyCompany
) -> None:
    healthy = embudo("doctor", *options).stdout
    assert "No problems found" in healthy
    assert "permissions no other account" in healthy, "the longest area stands apart from its text"
    (company.home.current.resolve() / "marts.duckdb").unlink()
    printed = embudo("doctor", *options, expect=1).stdout
    assert "marts.duckdb is missing" in printed
    assert "1 problem(s) to fix" in printed
    answer = json.loads(embudo("doctor", "--format", "json", *options, expect=1).stdout)
    assert answer["healthy"] is False
    assert {"area", "state", "message", "fix"} == set(answer["findings"][0])


def test_findings_are_no_csv(embudo: CommandLine, options: tuple[str, ...]) -> None:
    assert "found --format csv" in embudo("doctor", "--format", "csv", *options, expect=2).stderr


def test_a_load_that_is_intact_is_not_given_up(
    embudo: CommandLine, options: tuple[str, ...]
) -> None:
    refused = embudo("doctor", "--give-up", "20200101T000000-000001", *options, expect=8)
    assert "is not corrupt" in refused.stderr
