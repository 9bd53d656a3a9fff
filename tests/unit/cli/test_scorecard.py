"""`embudo scorecard`: what it refuses. Its figures are checked in the tests of scorecards and end to end."""

from __future__ import annotations

from pathlib import Path

from tests.unit.cli.conftest import CommandLine


def test_without_a_release_the_next_step_is_named(embudo: CommandLine, tmp_path: Path) -> None:
    refused = embudo("scorecard", "rep", "--home", str(tmp_path / "empty"), expect=8).stderr
    assert "embudo refresh" in refused


def test_an_unknown_role_is_answered_with_the_known_ones(embudo: CommandLine) -> None:
    refused = " ".join(embudo("scorecard", "boss", expect=2).stderr.replace("│", " ").split())
    assert (
        "Invalid value for 'role': 'boss' is not one of 'rep', 'manager', 'director', 'call-center', 'marketing'."
        in refused
    )
    assert "Value error" not in refused


def test_roles_and_grains_are_listed_where_one_is_mistyped(embudo: CommandLine) -> None:
    assert "director" in embudo("scorecard", "directr", expect=2).stderr
    assert "quarter" in embudo("scorecard", "rep", "--grain", "quartr", expect=2).stderr
