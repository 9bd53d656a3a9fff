"""The release's marts: read-only, and a cache of answers with a limit."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.core.errors import QueryInvalid
from semantic_layer.warehouse import Warehouse


def test_the_release_cannot_be_written_nor_other_files_read(release_dir: Path) -> None:
    warehouse = Warehouse.open(release_dir / "marts.duckdb")
    for sql in (
        "create table core.x(i integer)",
        "delete from core.dim_reps",
        "select * from read_csv('/etc/passwd')",
        "copy (select 1) to '/tmp/embudo-out.csv'",
        "attach '/tmp/embudo-other.duckdb'",
        "set threads = 1",
    ):
        with pytest.raises(QueryInvalid):
            warehouse.query(sql)
    warehouse.close()


def test_answers_are_cached_up_to_a_limit(release_dir: Path) -> None:
    warehouse = Warehouse.open(release_dir / "marts.duckdb", cache_bytes=4_000)
    first = warehouse.query("select 1 as one")
    assert warehouse.query("select 1 as one") is first
    for number in range(200):
        warehouse.query(f"select {number} as number, 'filler' as text")
    assert warehouse.query("select 1 as one") is not first
    warehouse.close()
