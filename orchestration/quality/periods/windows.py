"""Windows of a few days, for fresh rows that are no month: a day is compared with days, a week with weeks.

Where the fresh rows of a source span fewer than twenty days, the days before them are counted in windows of as many
days. They are counted each time, from landing: releases keep months alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orchestration.quality.databases import identifier, literal
from orchestration.quality.periods.cells import counts, dated_rows
from orchestration.quality.periods.columns import CountedStream
from orchestration.settings.contract import StreamContract

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SHORT_SPAN = 20
"""Fresh days of which fewer are compared with windows, not with months."""

_FEWEST_ROWS = 20
"""Fresh rows of which fewer are not compared at all."""

_WINDOWS = "greatest(9, 63 // days)::integer"
"""How many windows are counted: those of nine weeks, at least nine."""


def count_windows(
    connection: DuckDBPyConnection,
    contract: StreamContract,
    stream: CountedStream,
    *,
    zone: str,
    since: int,
) -> None:
    """Count into temp table `window_cells` what `cells` holds of months: `month` is a window's first day.

    Into `young_cells` the last days that the last release had, as it had them (its loads are those until `since`): what
    happens to a row later is missing in them as in the fresh ones.
    """
    row = _spans(connection, stream)
    if row is None:
        return
    first, until = row
    time = identifier(str(stream.time))
    where = f"{time} >= timestamp '{first}' - interval 1 day and {time} < timestamp '{until}' + interval 2 days"
    window = "((until - day) // days)::integer"
    _count(
        connection,
        stream,
        dated_rows(connection, contract, stream, zone=zone, where=where),
        into="window_cells",
        bucket=f"until - ({window} + 1) * days + 1",
        condition=f"day <= until and {window} < {_WINDOWS}",
    )
    as_released = f"{where} and _load_seq <= {since}"
    _count(
        connection,
        stream,
        dated_rows(connection, contract, stream, zone=zone, where=as_released),
        into="young_cells",
        bucket="until - days + 1",
        condition="day <= until and day > until - days",
    )


def _spans(connection: DuckDBPyConnection, stream: CountedStream) -> tuple[object, object] | None:
    """Temp table `spans` of the sources with a few fresh days: the last day before them, and how many they are; the
    first and last day of all windows, None where there are none.
    """
    of_stream = f"stream = {literal(stream.name)} and feature = 'rows' and value is not null"
    connection.execute(f"""
        create or replace temp table spans as
        with known as (
            select source, max(value::date) as until from cells_before where {of_stream} group by source
        ),
        fresh as (
            select source, max(value::date) as last_day from cells
            where {of_stream} and is_fresh group by source having sum(amount) >= {_FEWEST_ROWS}
        )
        select source, until, (last_day - until)::integer as days from known join fresh using (source)
        where last_day - until < {SHORT_SPAN}
    """)
    row = connection.execute(
        f"select min(until - days * {_WINDOWS}), max(until) from spans"
    ).fetchone()
    return None if row is None or row[0] is None else (row[0], row[1])


def _count(
    connection: DuckDBPyConnection,
    stream: CountedStream,
    rows: str,
    *,
    into: str,
    bucket: str,
    condition: str,
) -> None:
    connection.execute(f"""
        create or replace temp table counted_rows as
        select rows.*, {bucket} as bucket, false as is_fresh
        from ({rows}) as rows join spans on source = _source where {condition}
    """)
    connection.execute("create or replace temp view recent_rows as select * from counted_rows")
    connection.execute(f"insert into {into} {counts(stream)}")
