"""What each load brought: its rows by outcome, for the data-trust metrics.

Parts that were re-read, since their mapping changed, count as they were read last. Otherwise the counts of a
load never change: a row that is repaired later stays counted where it was quarantined, and its repaired row
counts as landed in the load that brought it; rows that come again count again. Making loads belongs to
`landing`.
"""

from __future__ import annotations

import duckdb
import pyarrow as pa

from orchestration.ingestion.ledger.connection import Ledger
from orchestration.ingestion.ledger.parts import CountedPart, QuarantinedPart, counted_parts
from orchestration.ingestion.quarantine import open_query
from orchestration.settings import Home

_COLUMNS = (
    "load_id varchar, source varchar, stream varchar, landed_at timestamp, outcome varchar, "
    "reason varchar, row_count bigint"
)


def write_load_rows(connection: duckdb.DuckDBPyConnection, home: Home, ledger: Ledger) -> None:
    """Make `landing.load_rows`: one row per load that counts and outcome, quarantined rows by their reason.

    `outcome` is `landed` or `quarantined`; `landed_at` is naive UTC. The counts are the ledger's: quarantined rows
    whose bytes are gone (erased) have no reason. A load of which nothing landed has a row of 0.
    """
    connection.execute(f"create or replace table landing.load_rows ({_COLUMNS})")
    parts = counted_parts(ledger)
    if not parts:
        return
    connection.register("counted_parts", _table(parts))
    reasons = open_query(
        home,
        [
            QuarantinedPart(part.source, part.stream, part.load_id, part.part, part.path)
            for part in parts
            if part.rows_quarantined
        ],
    )
    rows = reasons or "select null::varchar as load_id, null::varchar as reason where false"
    connection.execute(
        f"""
        insert into landing.load_rows
        with loads as (
            select
                load_id, source, stream, landed_at,
                sum(rows_landed) as landed, sum(rows_quarantined) as quarantined
            from counted_parts
            group by all
        ),
        reasons as (
            select load_id, reason, count(*) as row_count from ({rows}) group by all
        ),
        known as (
            select load_id, sum(row_count) as row_count from reasons group by all
        )
        select load_id, source, stream, landed_at, 'landed', null, landed from loads
        union all
        select loads.load_id, source, stream, landed_at, 'quarantined', reason, row_count
        from loads inner join reasons using (load_id)
        union all
        select
            loads.load_id, source, stream, landed_at, 'quarantined', null,
            quarantined - coalesce(row_count, 0)
        from loads left join known using (load_id)
        where quarantined > coalesce(row_count, 0)
        """
    )
    connection.unregister("counted_parts")


def _table(parts: list[CountedPart]) -> pa.Table:
    return pa.table(
        {
            "load_id": [part.load_id for part in parts],
            "source": [part.source for part in parts],
            "stream": [part.stream for part in parts],
            "landed_at": pa.array([part.landed_at for part in parts], type=pa.timestamp("us")),
            "rows_landed": [part.rows_landed for part in parts],
            "rows_quarantined": [part.rows_quarantined for part in parts],
        }
    )
