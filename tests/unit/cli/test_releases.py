"""`embudo releases`."""

from __future__ import annotations

import json
from pathlib import Path

from tests.faults.tiny_company import TinyCompany
from tests.unit.cli.conftest import CommandLine


def test_the_newest_first(
    embudo: CommandLine, options: tuple[str, ...], company: TinyCompany
) -> None:
    current = company.home.current.resolve().name
    newest, oldest = json.loads(embudo("releases", "--format", "json", *options).stdout)
    assert (newest["release_id"], newest["current"], oldest["current"]) == (current, True, False)
    assert newest["waived"] == ""
    assert f"→  {current}" in embudo("releases", *options).stdout
    rows = embudo("releases", "--format", "csv", *options).stdout.splitlines()
    assert len(rows) == 3 and rows[0].startswith("release_id,current,")


def test_none_yet(embudo: CommandLine, tmp_path: Path) -> None:
    home = ("--home", str(tmp_path / "empty"))
    assert "There is no release yet" in embudo("releases", *home).stdout
    assert embudo("releases", "--format", "json", *home).stdout == "[]\n"
