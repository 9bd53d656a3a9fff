"""`embudo alerts`: what it refuses. Alerts themselves are checked in the tests of scorecards and end to end."""

from __future__ import annotations

from pathlib import Path

from tests.unit.cli.conftest import CommandLine


def test_without_a_release_the_next_step_is_named(embudo: CommandLine, tmp_path: Path) -> None:
    refused = embudo("alerts", "--home", str(tmp_path / "empty"), expect=8).stderr
    assert "embudo refresh" in refused


def test_severities_are_listed_where_one_is_mistyped(embudo: CommandLine) -> None:
    assert "critical" in embudo("alerts", "--severity", "high", expect=2).stderr
