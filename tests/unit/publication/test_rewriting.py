"""A database without the bytes of what was changed in it."""

from __future__ import annotations

from pathlib import Path

import duckdb

from orchestration.publication.rewriting import rewrite_database


def test_changed_rows_leave_no_byte(tmp_path: Path) -> None:
    path = tmp_path / "marts.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "create schema core; create table core.t as select 'secret-of-ana' as a, 1 as n"
        )
        connection.execute("create view core.v as select * from core.t")
        connection.execute("checkpoint")
        connection.execute("update core.t set a = '***'")
    path.chmod(0o600)
    rewrite_database(path, memory_limit="200MB")
    assert b"secret-of-ana" not in path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600
    with duckdb.connect(str(path)) as connection:
        assert connection.execute("select * from core.v").fetchall() == [("***", 1)]
    assert [one.name for one in tmp_path.iterdir()] == ["marts.duckdb"]
