"""Factories of small companies whose rows are in the test, and of project copies that a test edits."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import yaml

from tests.conftest import ROOT, Embudo


def company_of(folder: Path, files: Mapping[str, str], **settings: object) -> Embudo:
    """A company whose streams are CSV texts in UTC with canonical column names; nothing is refreshed yet."""
    streams = {}
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
        header = text.partition("\n")[0].split(",")
        streams[name] = {"files": f"{name}.csv", "columns": {column: column for column in header}}
    sources = {"crm": {"time_zone": "UTC", "format": {"type": "csv"}, "streams": streams}}
    config = folder / "embudo.yml"
    config.write_text(
        yaml.safe_dump({**settings, "inbox": ".", "sources": sources}), encoding="utf-8"
    )
    return Embudo(home=folder / "home", config=config)


def project_copy(folder: Path) -> Path:
    """A copy of what an analyst edits, which `EMBUDO_PROJECT` points Embudo to."""
    for name in ("dbt_project.yml", "profiles.yml"):
        shutil.copy(ROOT / name, folder)
    for name in ("models", "seeds", "dbt_project"):
        shutil.copytree(ROOT / name, folder / name)
    return folder
