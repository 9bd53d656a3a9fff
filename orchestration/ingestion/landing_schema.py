"""The `landing` schema of a candidate's warehouse: what dbt's sources read.

One view per stream over exactly the loads that count, and tables that describe the refresh to the
models. Making loads belongs to `landing`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from orchestration.core import duckdb_session
from orchestration.core.errors import SourceError
from orchestration.core.records import Load
from orchestration.ingestion.ledger.business_times import latest_business_time
from orchestration.ingestion.ledger.connection import Ledger
from orchestration.ingestion.ledger.loads import active_loads
from orchestration.ingestion.ledger.parts import QuarantinedPart, quarantined_parts
from orchestration.ingestion.left_out_versions import (
    add_left_out,
    make_left_out_table,
    newer_versions,
)
from orchestration.ingestion.load_rows import write_load_rows
from orchestration.ingestion.snapshots import Series, deletions, series_of
from orchestration.settings import Home, Settings
from orchestration.settings.contract import StreamContract
from orchestration.settings.contract_loading import load_contract

EPOCH = datetime(1970, 1, 1)

_LOADS = (
    "load_id varchar, load_seq bigint, source varchar, stream varchar, landed_at timestamp, "
    "rows_read bigint, rows_landed bigint, rows_quarantined bigint, rows_skipped bigint, bytes "
    "bigint"
)
_QUARANTINED = (
    "source varchar, stream varchar, load_id varchar, file varchar, line bigint, reason varchar"
)


def write_landing_schema(
    connection: duckdb.DuckDBPyConnection, settings: Settings, home: Home, *, run_id: str
) -> datetime:
    """Make schema `landing` in the connection's database; returns the data-as-of time (naive UTC).

    Views: one per stream, typed and empty where nothing landed, with a row marked deleted for each that
    the newest full snapshot lacks and for each that its selection's `where` has left out since. Tables:
    `settings` (one row), `loads` (one row per load that counts), `load_rows` (the same by outcome and reason),
    `quarantined` (one row per quarantined row that nothing has resolved; no raw bytes) and `left_out` (which rows
    their `where` has left out since).
    """
    connection.execute("create schema if not exists landing")
    with Ledger(home.ledger) as ledger:
        active = active_loads(ledger)
        as_of = settings.as_of_utc() or latest_business_time(ledger) or EPOCH
        open_parts = quarantined_parts(ledger, only_open=True)
        snapshots = {
            stream.name: series_of(settings, ledger, stream) for stream in load_contract().values()
        }
        write_load_rows(connection, home, ledger)
        make_left_out_table(connection)
        for stream in load_contract().values():
            loads = [(load, replaced) for load, replaced in active if load.stream == stream.name]
            query = _rows(stream, loads, snapshots[stream.name], home)
            ended = add_left_out(
                connection,
                settings,
                home,
                ledger,
                stream=stream,
                loads=[load for load, _ in loads],
            )
            if ended:
                query += f" union all {newer_versions(stream, [_path(home, ended_load) for ended_load in ended])}"
            connection.execute(
                f"create or replace view landing.{duckdb_session.name(stream.name)} as {query}"
            )
    _write_settings(connection, settings, as_of, [load for load, _ in active], run_id)
    _write_loads(connection, [load for load, _ in active])
    _write_quarantined(connection, home, open_parts)
    return as_of


def _rows(
    stream: StreamContract,
    loads: Sequence[tuple[Load, tuple[int, ...]]],
    snapshots: Sequence[Series],
    home: Home,
) -> str:
    """The rows of a stream's loads, without the parts that were replaced, and its snapshots' deletions."""
    names = ", ".join(duckdb_session.name(column.name) for column in stream.landed)
    complete = [_path(home, load) for load, replaced in loads if not replaced]
    queries = []
    if complete:
        files = ", ".join(duckdb_session.file(path) for path in complete)
        queries.append(f"select {names} from read_parquet([{files}])")
    for load, replaced in loads:
        if replaced:
            parts = ", ".join(str(part) for part in replaced)
            file = duckdb_session.file(_path(home, load))
            queries.append(f"select {names} from read_parquet({file}) where _part not in ({parts})")
    if not queries:
        nulls = ", ".join(
            f"cast(null as {column.data_type}) as {duckdb_session.name(column.name)}"
            for column in stream.landed
        )
        return f"select {nulls} where false"
    for series in snapshots:
        wanted = {part.load_id for part in (*series.older, *series.present)}
        files = ", ".join(
            duckdb_session.file(_path(home, load)) for load, _ in loads if load.load_id in wanted
        )
        read = f"select {names}, _part from read_parquet([{files}])"
        queries.append(deletions(stream, series, read=read))
    return " union all ".join(queries)


def _path(home: Home, load: Load) -> Path:
    path = home.landing_of(source=load.source, stream=load.stream) / f"{load.load_id}.parquet"
    if not path.is_file():
        raise SourceError(
            f"Load {load.load_id} of {load.source}.{load.stream} is in the ledger, but its file "
            f"{path} is gone. "
            "Restore it from a backup; `embudo doctor` lists what is corrupt."
        )
    return path


def _write_settings(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    as_of: datetime,
    loads: Sequence[Load],
    run_id: str,
) -> None:
    connection.execute(
        """
        create or replace table landing.settings as
        select
            cast(? as varchar) as company,
            cast(? as varchar) as time_zone,
            cast(? as varchar) as currency,
            cast(? as varchar) as country,
            cast(? as varchar) as industry,
            cast(? as varchar) as revenue_from,
            cast(? as boolean) as publish_contact_names,
            cast(? as timestamp) as as_of,
            cast(timezone(?, timezone('UTC', cast(? as timestamp))) as date) as as_of_on,
            cast(? as bigint) as load_seq,
            cast(? as varchar) as run_id
        """,
        [
            settings.company,
            settings.time_zone,
            settings.currency,
            settings.country,
            settings.industry,
            settings.revenue_from,
            settings.publish_contact_names,
            as_of,
            settings.time_zone,
            as_of,
            max((load.load_seq for load in loads), default=0),
            run_id,
        ],
    )


def _write_loads(connection: duckdb.DuckDBPyConnection, loads: Sequence[Load]) -> None:
    connection.execute(f"create or replace table landing.loads ({_LOADS})")
    if not loads:
        return
    table = pa.table(
        {
            "load_id": [load.load_id for load in loads],
            "load_seq": [load.load_seq for load in loads],
            "source": [load.source for load in loads],
            "stream": [load.stream for load in loads],
            "landed_at": pa.array([load.landed_at for load in loads], type=pa.timestamp("us")),
            "rows_read": [load.rows_read for load in loads],
            "rows_landed": [load.rows_landed for load in loads],
            "rows_quarantined": [load.rows_quarantined for load in loads],
            "rows_skipped": [load.rows_skipped for load in loads],
            "bytes": [load.size_bytes for load in loads],
        }
    )
    connection.register("ledger_loads", table)
    connection.execute("insert into landing.loads select * from ledger_loads")
    connection.unregister("ledger_loads")


def _write_quarantined(
    connection: duckdb.DuckDBPyConnection,
    home: Home,
    parts: Sequence[QuarantinedPart],
) -> None:
    from orchestration.ingestion.quarantine import open_query

    connection.execute(f"create or replace table landing.quarantined ({_QUARANTINED})")
    query = open_query(home, parts)
    if query is not None:
        connection.execute(
            "insert into landing.quarantined "
            f"select source, stream, load_id, file, line, reason from ({query})"
        )
