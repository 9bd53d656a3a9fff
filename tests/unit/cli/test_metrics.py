"""`embudo metrics`: the catalogue. One metric in full is compared with figures in the end-to-end tests."""

from __future__ import annotations

import json
from pathlib import Path

from tests.unit.cli.conftest import Catalogue, CommandLine


def test_without_a_release_the_next_step_is_named(embudo: CommandLine, tmp_path: Path) -> None:
    refused = embudo("metrics", "--home", str(tmp_path / "empty"), expect=8).stderr
    assert "embudo refresh" in refused


def test_a_family_of_the_catalogue(embudo: CommandLine, catalogue: Catalogue) -> None:
    rows = json.loads(embudo("metrics", "--format", "json").stdout)
    assert {row["name"] for row in rows} == {"revenue", "calls"}
    (row,) = json.loads(embudo("metrics", "--family", "activity", "--format", "json").stdout)
    assert (row["name"], row["formula"]) == ("calls", "sum(calls)")
    assert "revenue" not in embudo("metrics", "--family", "activity").stdout
