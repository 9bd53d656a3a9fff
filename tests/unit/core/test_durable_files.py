"""A file is there completely or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.core.durable_files import remove_unlisted, sha256_of, temporary, writing


def test_a_file_gets_its_name_once_it_is_complete(tmp_path: Path) -> None:
    final = tmp_path / "load.parquet"
    with writing(final) as partial:
        partial.write_bytes(b"rows")
        assert not final.exists()
    assert final.read_bytes() == b"rows"
    assert [path.name for path in tmp_path.iterdir()] == ["load.parquet"]


def test_a_failed_write_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="full"), writing(tmp_path / "load.parquet") as partial:
        partial.write_bytes(b"half")
        raise OSError("full")
    assert list(tmp_path.iterdir()) == []


def test_unlisted_and_temporary_files_are_removed(tmp_path: Path) -> None:
    kept, unlisted = tmp_path / "l1.parquet", tmp_path / "l2.parquet"
    note = tmp_path / "README"
    for path in (kept, unlisted, note, temporary(kept)):
        path.touch()
    assert set(remove_unlisted(tmp_path, listed={"l1"})) == {unlisted, temporary(kept)}
    assert set(tmp_path.iterdir()) == {kept, note}


def test_the_digest_of_an_empty_file(tmp_path: Path) -> None:
    path = tmp_path / "empty"
    path.touch()
    assert sha256_of(path).startswith("e3b0c442")
