"""The same file landed by two sources: its rows count twice."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from orchestration import ingestion
from orchestration.core.records import CopiedFiles
from orchestration.ingestion.copied_files import copied_files
from orchestration.settings import Home, load_settings
from tests.reporters import RecordingReporter

COLUMNS = {"product_id": "id", "name": "name"}


def copies(tmp_path: Path, sources: Mapping[str, Mapping[str, Any]]) -> tuple[CopiedFiles, ...]:
    """What is copied among the files that the sources' selections of `products` land now."""
    config, home = tmp_path / "embudo.yml", Home.at(tmp_path / "home")
    listed = {
        name: {"streams": {"products": dict(selection)}} for name, selection in sources.items()
    }
    config.write_text(yaml.safe_dump({"company": "Test", "sources": listed}), encoding="utf-8")
    settings = load_settings(config)
    landed = ingestion.land(settings, home, run_id="run", report=RecordingReporter())
    with ingestion.Ledger(home.ledger) as ledger:
        return copied_files(settings, ledger, loads=[load.load_id for load in landed.loads])


def drop(tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    for name in ("a", "b"):
        (tmp_path / "inbox" / f"{name}.csv").write_text(f"id,name\n1,{name}\n")


def test_a_source_that_was_added_beside_the_old_one(tmp_path: Path) -> None:
    drop(tmp_path)
    old = {"files": "*.csv", "columns": COLUMNS}
    assert copies(tmp_path, {"old": old}) == ()
    both = copies(tmp_path, {"old": old, "new": {**old, "files": "a.csv"}})
    assert both == (CopiedFiles("new", "products", "old", files=("a.csv",)),)
    assert copies(tmp_path, {"old": old, "new": {**old, "files": "a.csv"}}) == (), "once"


def test_a_renamed_source_and_another_selection_are_no_copies(tmp_path: Path) -> None:
    drop(tmp_path)
    old = {"files": "*.csv", "columns": COLUMNS, "where": "name = 'a'"}
    assert copies(tmp_path, {"old": old}) == ()
    assert copies(tmp_path, {"new": old}) == ()
    assert copies(tmp_path, {"new": old, "other": {**old, "where": "name <> 'a'"}}) == ()
