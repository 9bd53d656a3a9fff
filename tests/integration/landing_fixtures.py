"""A hand-written landing schema, for tests that run the dbt models without ingestion.

Tables have the columns and types of the contract; rows state what matters and take defaults for the rest.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import duckdb
import yaml

CONTRACT = Path(__file__).parents[2] / "models" / "staging" / "files"

_DEFAULTS = {
    "_source": "'crm'",
    "_key_source": "'crm'",
    "_load_id": "'load'",
    "_loaded_at": "timestamp '2026-07-01'",
    "_is_deleted": "false",
}


def make_landing(warehouse: Path) -> None:
    """Make the schema `landing` with an empty table per stream, and the tables of the refresh itself."""
    warehouse.parent.mkdir(parents=True, exist_ok=True)
    tables = [
        table
        for file in sorted(CONTRACT.glob("_*__sources.yml"))
        for table in yaml.safe_load(file.read_text(encoding="utf-8"))["sources"][0]["tables"]
    ]
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create schema landing")
        for table in tables:
            columns = ", ".join(
                f'"{c["name"]}" {c["data_type"]}'
                + (f" default {_DEFAULTS[c['name']]}" if c["name"] in _DEFAULTS else "")
                for c in table["columns"]
            )
            connection.execute(f'create table landing."{table["name"]}" ({columns})')
        connection.execute(
            "create table landing.settings (company varchar, time_zone varchar, currency varchar,"
            " country varchar, industry varchar, revenue_from varchar, as_of timestamp,"
            " as_of_on date, load_seq bigint, run_id varchar)"
        )
        connection.execute(
            "create table landing.loads (load_id varchar, load_seq bigint, source varchar,"
            " stream varchar, landed_at timestamp, rows_read bigint, rows_landed bigint,"
            " rows_quarantined bigint, rows_skipped bigint, bytes bigint)"
        )
        connection.execute(
            "create table landing.load_rows (load_id varchar, source varchar, stream varchar,"
            " landed_at timestamp, outcome varchar, reason varchar, row_count bigint)"
        )
        connection.execute(
            "create table landing.quarantined (source varchar, stream varchar, load_id varchar,"
            " file varchar, line bigint, reason varchar)"
        )


def land(
    warehouse: Path,
    streams: Mapping[str, Iterable[Mapping[str, Any]]],
    *,
    load_seq: int,
    as_of: dt.datetime,
    file: str | None = None,
) -> None:
    """Add rows to streams as one refresh lands them: each stream is a load, numbered up to `load_seq`.

    A row may state its own `_file`; the rest come from `file`, or a file named after the load.
    """
    with duckdb.connect(str(warehouse)) as connection:
        for position, (stream, rows) in enumerate(streams.items()):
            own_seq = load_seq - position
            for line, row in enumerate(rows, start=1):
                stated = {
                    "_file": file or f"{stream}_{load_seq:04}.csv",
                    "_line": line,
                    "_load_seq": own_seq,
                    **row,
                }
                names = ", ".join(f'"{name}"' for name in stated)
                marks = ", ".join("?" for _ in stated)
                connection.execute(
                    f'insert into landing."{stream}" ({names}) values ({marks})',
                    list(stated.values()),
                )
        connection.execute("delete from landing.settings")
        connection.execute(
            "insert into landing.settings values"
            " ('Test', 'Europe/Madrid', 'EUR', 'ES', null, 'orders', ?, ?, ?, 'test')",
            [as_of, as_of.date(), load_seq],
        )
