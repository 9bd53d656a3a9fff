"""Who may read what is in a home."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestration.core.private_files import keep_private, make_private, open_to_others


@pytest.fixture(autouse=True)
def umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def test_what_a_process_makes_is_for_its_own_account(tmp_path: Path) -> None:
    keep_private()
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("x")
    assert (tmp_path / "folder").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o600


def test_a_folder_is_closed_even_where_it_was_there(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir(mode=0o755)
    for name in ("old", "new"):
        make_private(tmp_path / name)
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o700


def test_a_folder_of_another_account_stays_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    tmp_path.chmod(0o755)
    with monkeypatch.context() as patched:
        patched.setattr(Path, "chmod", refuse)
        make_private(tmp_path)
    assert list(open_to_others(tmp_path)) == [tmp_path]


def test_open_folders_and_what_lies_in_them_are_found(tmp_path: Path) -> None:
    root = tmp_path / "home"
    for name in ("landing", "answers"):
        (root / name).mkdir(parents=True)
        (root / name / "rows.parquet").write_text("x")
        (root / name / "public").write_text("x")
    (root / "link").symlink_to("landing")
    root.chmod(0o700)
    (root / "answers").chmod(0o700)
    readable = [
        path.relative_to(root).as_posix() for path in open_to_others(root, sparing=["public"])
    ]
    assert readable == ["landing", "landing/rows.parquet"]
    root.chmod(0o711)
    assert root in set(open_to_others(root))
