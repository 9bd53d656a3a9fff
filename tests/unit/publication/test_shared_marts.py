"""The marts in a folder that other accounts may read."""

from __future__ import annotations

from pathlib import Path

from orchestration.publication.shared_marts import (
    RELEASE_FILE,
    share_in,
    share_marts,
    shared_folder,
    sharing_fault,
)
from orchestration.settings import Home


def released(home: Home, release_id: str, content: str) -> None:
    folder = home.release(release_id)
    folder.mkdir(parents=True)
    (folder / "marts.duckdb").write_text(content)
    home.current.unlink(missing_ok=True)
    home.current.symlink_to(Path("releases") / release_id)


def test_the_marts_of_the_current_release_are_readable_by_others(tmp_path: Path) -> None:
    home, folder = Home.at(tmp_path / "home").prepare(), tmp_path / "shared" / "marts"
    share_in(home, folder)
    for release_id in ("r1", "r2"):
        released(home, release_id, release_id)
        share_marts(home)
        assert (folder / "marts.duckdb").read_text() == release_id
        assert (folder / RELEASE_FILE).read_text() == release_id
    assert (folder / "marts.duckdb").stat().st_mode & 0o777 == 0o444
    assert folder.stat().st_mode & 0o777 == 0o755
    assert sorted(path.name for path in folder.iterdir()) == ["marts.duckdb", RELEASE_FILE]


def test_a_folder_that_is_no_longer_named_is_emptied(tmp_path: Path) -> None:
    home, folder = Home.at(tmp_path / "home").prepare(), tmp_path / "shared"
    share_in(home, folder)
    released(home, "r1", "one")
    share_marts(home)
    share_in(home, None)
    assert shared_folder(home) is None
    assert list(folder.iterdir()) == []
    share_marts(home)
    assert list(folder.iterdir()) == []


def test_what_keeps_others_out_is_named(tmp_path: Path) -> None:
    home, folder = Home.at(tmp_path / "home").prepare(), tmp_path / "closed" / "marts"
    assert sharing_fault(home) is None
    share_in(home, folder)
    released(home, "r1", "one")
    assert "is missing" in str(sharing_fault(home))
    share_marts(home)
    (tmp_path / "closed").chmod(0o700)
    assert "keeps other accounts out" in str(sharing_fault(home))
    (folder / "marts.duckdb").chmod(0o400)
    assert "cannot be read by other accounts" in str(sharing_fault(home))
    released(home, "r2", "two")
    assert "is not of the current release" in str(sharing_fault(home))
