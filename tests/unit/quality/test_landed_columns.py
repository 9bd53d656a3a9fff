"""The rows of a stream that figures see: the newest version of each, deleted ones apart."""

from __future__ import annotations

import dataclasses

import duckdb

from orchestration.quality.landed_columns import newest_rows
from orchestration.settings.contract import ContractColumn, StreamContract

VISITS = StreamContract(
    "visits",
    (
        ContractColumn("visit_id", "varchar"),
        ContractColumn("place", "varchar"),
        ContractColumn("changed", "bigint"),
    ),
    (),
    keys=("visit_id",),
    newest_by="changed",
)
ROWS = """
    ('v1', 'old', 1, 'crm', 'b.csv', 2, 1, false),
    ('v1', 'new', 2, 'crm', 'a.csv', 1, 1, false),
    ('v1', 'other', 1, 'hub', 'a.csv', 1, 1, false),
    ('v2', 'kept', 1, 'crm', 'a.csv', 1, 2, false),
    ('v2', 'gone', 2, 'crm', 'a.csv', 1, 3, true),
    ('v3', 'first', null, 'crm', 'a.csv', 1, 4, false),
    ('v3', 'last', null, 'crm', 'a.csv', 1, 5, false)
"""


def places(stream: StreamContract) -> list[str]:
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as warehouse; create schema warehouse.landing")
        connection.execute(
            "create table warehouse.landing.visits (visit_id varchar, place varchar, changed bigint, _source varchar, "
            "_file varchar, _load_seq bigint, _line bigint, _is_deleted boolean)"
        )
        connection.execute(f"insert into warehouse.landing.visits values {ROWS}")
        rows = connection.execute(newest_rows(stream, ["place"])).fetchall()
    return sorted(where for (where,) in rows)


def test_the_newest_version_counts_within_its_source() -> None:
    assert places(VISITS) == ["last", "new", "other"]


def test_lines_of_one_file_add_up_where_keys_repeat() -> None:
    assert places(dataclasses.replace(VISITS, keys_repeat=True)) == [
        "first",
        "last",
        "new",
        "other",
    ]
