"""Files are only copied and hashed where this process has them closed."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from orchestration.core.errors import PublicationRefused, ResourceExhausted
from orchestration.publication.files import (
    assert_closed,
    copy_file,
    disk_full_as_error,
    refuse_wal,
    sha256,
    wal_of,
    write_durably,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "marts.duckdb"
    file.write_bytes(b"rows")
    return file


def test_an_open_file_is_neither_copied_nor_hashed(path: Path, tmp_path: Path) -> None:
    with path.open("rb"):
        for use in (assert_closed, sha256, lambda file: copy_file(file, tmp_path / "copy")):
            with pytest.raises(PublicationRefused, match="still open in this process"):
                use(path)
    assert_closed(path)


def test_a_copy_has_the_same_bytes_and_is_writable(path: Path, tmp_path: Path) -> None:
    path.chmod(0o444)
    copy = tmp_path / "copy"
    copy_file(path, copy)
    assert sha256(copy) == sha256(path)
    assert copy.stat().st_mode & 0o200


def test_a_wal_is_never_replayed(path: Path) -> None:
    refuse_wal(path)
    wal_of(path).touch()
    with pytest.raises(PublicationRefused, match=r"marts\.duckdb\.wal stands beside"):
        refuse_wal(path)


def test_a_full_disk_names_the_file(path: Path) -> None:
    full = OSError(errno.ENOSPC, "No space left on device")
    with (
        pytest.raises(ResourceExhausted, match=r"marts\.duckdb cannot be written"),
        disk_full_as_error(path),
    ):
        raise full
    with pytest.raises(ValueError, match="other"), disk_full_as_error(path):
        raise ValueError("other")


def test_a_small_file_is_replaced_whole(path: Path) -> None:
    write_durably(path, "new")
    assert path.read_text() == "new"
    assert [file.name for file in path.parent.iterdir()] == [path.name]
