"""Counting a candidate's landed rows by stream, source and month of business time.

A release keeps the counts (`periods.parquet`): the next one counts only months that its new loads touch. Rows are
fresh where a new load brought them and their day is after the last one that the last release had of them.
Values are kept as fingerprints. A few fresh days belong to `windows`; comparing the counts does not belong here.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.quality.databases import company_zone, identifier, literal
from orchestration.quality.landed_columns import landed, newest_rows
from orchestration.quality.periods.cells import counts, dated_rows
from orchestration.quality.periods.columns import CountedStream, counted
from orchestration.quality.periods.windows import count_windows
from orchestration.settings.contract import StreamContract
from orchestration.settings.contract_loading import load_contract

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

PERIODS_FILE = "periods.parquet"

_MONTHS = 14
"""Months whose values are counted: twelve that are compared, the first one, which is not, and the newest."""

_CELLS = """(
    stream varchar, source varchar, month date, is_fresh boolean, feature varchar, col varchar, value varchar,
    amount double
)"""


def count_periods(connection: DuckDBPyConnection, previous: Path | None) -> None:
    """Count into temp table `cells`, the last release's counts into `cells_before`, and those of windows into
    `window_cells` and `young_cells` (`windows`).

    They have `stream`, `source`, `month` (the company's calendar; null where rows have no time, and for medians of
    fresh rows), `is_fresh`, `feature`, `col`, `value` and `amount`. Raises what DuckDB raises.
    """
    for table in ("cells", "cells_before", "window_cells", "young_cells"):
        connection.execute(f"create or replace temp table {table} {_CELLS}")
    kept = previous / PERIODS_FILE if previous is not None else None
    if kept is not None and kept.exists():
        connection.execute(f"insert into cells_before select * from read_parquet({literal(kept)})")
    zone = company_zone(connection)
    row = connection.execute("select load_seq from warehouse.landing.settings").fetchone()
    load_seq = int(row[0]) if row else 0
    since = _release_fact(connection, "load_seq")
    is_known = since is not None and _release_fact(connection, "time_zone", zone) is not None
    for contract in load_contract().values():
        _count_stream(
            connection, contract, counted(contract), zone=zone, since=since if is_known else None
        )
    connection.execute(
        "insert into cells select '', '', null, false, 'release', 'load_seq', null, ? "
        "union all select '', '', null, false, 'release', 'time_zone', ?, 1",
        [load_seq, zone],
    )


def write_periods(connection: DuckDBPyConnection, directory: Path) -> None:
    """Keep the counts for the next release, each month as a whole."""
    connection.execute(f"""
        copy (
            select stream, source, month, false as is_fresh, feature, col, value, sum(amount) as amount
            from cells where feature not in ('number', 'text', 'lag', 'file') group by all
            union all
            select * from cells where feature in ('number', 'text', 'lag') and not is_fresh
            order by all
        ) to {literal(directory / PERIODS_FILE)} (format parquet, compression zstd)
    """)


def _release_fact(
    connection: DuckDBPyConnection, name: str, value: str | None = None
) -> int | None:
    fact = connection.execute(
        "select amount from cells_before where feature = 'release' and col = ? and (? is null or value = ?)",
        [name, value, value],
    ).fetchone()
    return int(fact[0]) if fact else None


def _count_stream(
    connection: DuckDBPyConnection,
    contract: StreamContract,
    stream: CountedStream,
    *,
    zone: str,
    since: int | None,
) -> None:
    relation, of_stream = landed(stream.name), f"stream = {literal(stream.name)}"
    row = connection.execute(
        f"select count(*), count(*) filter (_load_seq <= {since if since is not None else -1}) from {relation}"
    ).fetchone()
    rows, old_rows = (int(row[0]), int(row[1])) if row else (0, 0)
    if not rows:
        return
    before = connection.execute(
        f"select amount from cells_before where {of_stream} and feature = 'landed'"
    ).fetchone()
    # rows that left (a source that settings no longer name, an erased person) are in months nobody knows
    is_kept = since is not None and before is not None and int(before[0]) == old_rows
    connection.execute(
        f"insert into cells select {literal(stream.name)}, '', null, false, 'landed', '', null, {rows}"
    )
    if is_kept and rows == old_rows:
        _keep(connection, of_stream, "true")
        return
    _prepare(connection, contract, stream, zone=zone, since=since, only_touched=is_kept)
    if is_kept:
        _keep(connection, of_stream, "month not in (select month from touched)")
    _pick_recent(connection)
    connection.execute(f"insert into cells {counts(stream)}")
    if since is not None and stream.time is not None:
        count_windows(connection, contract, stream, zone=zone, since=since)


def _pick_recent(connection: DuckDBPyConnection) -> None:
    """Temp view `recent_rows` of the rows whose values are compared: those of the last months. Few rows of a wrong year
    do not move them.
    """
    row = connection.execute(
        "select quantile_disc(bucket, 0.99) from counted_rows where bucket is not null"
    ).fetchone()
    since = (
        "true"
        if row is None or row[0] is None
        else f"bucket >= date '{row[0]}' - interval {_MONTHS} month"
    )
    connection.execute(
        f"create or replace temp view recent_rows as select * from counted_rows where bucket is null or {since}"
    )


def _keep(connection: DuckDBPyConnection, of_stream: str, condition: str) -> None:
    connection.execute(
        f"insert into cells select * from cells_before "
        f"where {of_stream} and feature <> 'landed' and ({condition})"
    )


def _prepare(
    connection: DuckDBPyConnection,
    contract: StreamContract,
    stream: CountedStream,
    *,
    zone: str,
    since: int | None,
    only_touched: bool,
) -> None:
    """Temp table `counted_rows` of the newest version of each row, and `touched` of the months that it holds."""
    names = [column.name for column in stream.columns]
    new = f"_load_seq > {since}" if since is not None else "false"
    if stream.time is None:
        # without a time, what landed since the last release is compared with all before it
        connection.execute(f"""
            create or replace temp table counted_rows as
            select _source, _file, null::date as day, null::date as bucket, {new} as is_fresh,
                {", ".join(map(identifier, names))}
            from ({newest_rows(contract, ["_source", "_file", "_load_seq", *names])})
        """)
        connection.execute("create or replace temp table touched as select null::date as month")
        return
    between = _around_new_rows(connection, stream, new) if only_touched else "true"
    rows = dated_rows(connection, contract, stream, zone=zone, where=between)
    connection.execute(f"""
        create or replace temp table counted_rows as
        with known as (
            select source, max(value::date) as until from cells_before
            where stream = {literal(stream.name)} and feature = 'rows' group by source
        )
        select rows.*, date_trunc('month', day)::date as bucket, {new} as is_new,
            coalesce({new} and day > until, false) as is_fresh
        from ({rows}) as rows left join known on source = _source
    """)
    connection.execute(
        "create or replace temp table touched as select distinct bucket as month "
        f"from counted_rows where {'is_new' if only_touched else 'true'}"
    )
    if only_touched:
        connection.execute(
            "delete from counted_rows where bucket not in (select month from touched)"
        )


def _around_new_rows(connection: DuckDBPyConnection, stream: CountedStream, new: str) -> str:
    """The condition of rows in the months of new ones; a day more on either side, for months are the company's."""
    time = identifier(str(stream.time))
    row = connection.execute(
        f"select min({time}), max({time}) from {landed(stream.name)} where {new}"
    ).fetchone()
    if row is None or row[0] is None:
        return "false"
    return (
        f"{time} >= date_trunc('month', timestamp '{row[0]}' - interval 1 day) - interval 1 day "
        f"and {time} < date_trunc('month', timestamp '{row[1]}' + interval 1 day) + interval 32 days"
    )
