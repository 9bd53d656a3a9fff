"""Paths of a home."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.settings import Home


def test_paths_of_the_home(tmp_path: Path) -> None:
    home = Home.at(tmp_path / "h").prepare()
    assert home.landing_of(source="crm", stream="deals") == home.root / "landing" / "crm" / "deals"
    assert home.release("r").parent == home.releases
    assert home.landing.is_dir()


def test_a_home_stays_where_it_is_when_the_folder_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    home = Home.at(".embudo")
    monkeypatch.chdir("/")
    assert home.root == tmp_path.resolve() / ".embudo"
    assert not home.root.exists(), "nothing is created before it is prepared"


def test_every_path_lies_in_the_home(tmp_path: Path) -> None:
    home = Home.at(tmp_path)
    paths = [
        value for value in (getattr(home, name) for name in dir(home)) if isinstance(value, Path)
    ]
    assert len(paths) >= 15
    assert all(path.is_relative_to(home.root) for path in paths)
    assert home.candidate("r").parent == home.candidates
    assert home.answers_of("crm").parent == home.answers
    assert home.quarantine_of(source="crm", stream="deals").is_relative_to(home.quarantine)


def test_no_other_account_gets_into_a_home_that_was_open(tmp_path: Path) -> None:
    home = Home.at(tmp_path / "h")
    home.answers.mkdir(parents=True)
    for folder in (home.root, home.answers):
        folder.chmod(0o755)
    home.prepare()
    folders = (home.root, home.landing, home.quarantine, home.answers, home.candidates)
    assert {folder.stat().st_mode & 0o777 for folder in folders} == {0o700}
