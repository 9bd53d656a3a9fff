"""Counting a candidate's landed rows by stream, source and month of business time.

A release keeps the counts (`periods.parquet`): the next one counts only months that its new loads touch. Rows are
fresh where a new load brought them and their day is after the last one that the last release had of them.
Values are kept as fingerprints. Comparing the counts does not belong here.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.quality.databases import company_zone, identifier, literal
from orchestration.quality.landed_columns import landed, newest_rows
from orchestration.quality.periods.columns import CountedStream, counted
from orchestration.settings.contract import StreamContract
from orchestration.settings.contract_loading import load_contract

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

PERIODS_FILE = "periods.parquet"

_MOST_KINDS = 300
"""Values of a column and month that are counted one by one, the most frequent first."""

_CELLS = """(
    stream varchar, source varchar, month date, is_fresh boolean, feature varchar, col varchar, value varchar,
    amount double
)"""


def fingerprint(value: str) -> str:
    """SQL of what stands for a value in the counts."""
    return f"left(md5(cast({value} as varchar)), 12)"


def count_periods(connection: DuckDBPyConnection, previous: Path | None) -> None:
    """Count into temp table `cells`, and the last release's counts into `cells_before`.

    Both have `stream`, `source`, `month` (the company's calendar; null where rows have no time, and for medians of
    fresh rows), `is_fresh`, `feature`, `col`, `value` and `amount`. Raises what DuckDB raises.
    """
    connection.execute(f"create or replace temp table cells {_CELLS}")
    connection.execute(f"create or replace temp table cells_before {_CELLS}")
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
    connection.execute(f"insert into cells {' union all '.join(_counts(stream))}")


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
            select _source, _file, null::date as day, null::timestamp as local, {new} as is_fresh,
                {", ".join(map(identifier, names))}
            from ({newest_rows(contract, ["_source", "_file", "_load_seq", *names])})
        """)
        connection.execute("create or replace temp table touched as select null::date as month")
        return
    time = identifier(stream.time)
    between = _around_new_rows(connection, stream, time, new) if only_touched else "true"
    columns = ["_source", "_file", "_load_seq", stream.time, *names]
    local, offsets = f"{time}::timestamp", ""
    if stream.has_hours:
        _collect_offsets(connection, stream, time, zone=zone, where=between)
        local = f"{time} + utc_offset"
        offsets = f"left join offsets on quarter = time_bucket(interval 15 minutes, {time})"
    connection.execute(f"""
        create or replace temp table counted_rows as
        with known as (
            select source, max(value::date) as until from cells_before
            where stream = {literal(stream.name)} and feature = 'rows' group by source
        )
        select _source, _file, ({local})::date as day, {local} as local,
            coalesce({new} and ({local})::date > until, false) as is_fresh, {new} as is_new,
            {", ".join(_value(stream, name) for name in names) or "null as nothing"}
        from ({_counting_rows(connection, contract, columns, between)}) {offsets} left join known on source = _source
        where {time} is not null
    """)
    connection.execute(
        "create or replace temp table touched as select distinct date_trunc('month', day)::date as month "
        f"from counted_rows where {'is_new' if only_touched else 'true'}"
    )
    if only_touched:
        connection.execute(
            "delete from counted_rows where date_trunc('month', day)::date not in (select month from touched)"
        )


def _around_new_rows(
    connection: DuckDBPyConnection, stream: CountedStream, time: str, new: str
) -> str:
    """The condition of rows in the months of new ones; a day more on either side, for months are the company's."""
    row = connection.execute(
        f"select min({time}), max({time}) from {landed(stream.name)} where {new}"
    ).fetchone()
    if row is None or row[0] is None:
        return "false"
    return (
        f"{time} >= date_trunc('month', timestamp '{row[0]}' - interval 1 day) - interval 1 day "
        f"and {time} < date_trunc('month', timestamp '{row[1]}' + interval 1 day) + interval 32 days"
    )


def _collect_offsets(
    connection: DuckDBPyConnection, stream: CountedStream, time: str, *, zone: str, where: str
) -> None:
    """Temp table `offsets` of the zone, for each quarter of an hour with a row: to convert every row takes longer."""
    connection.execute(f"""
        create or replace temp table offsets as
        select quarter, timezone({literal(zone)}, timezone('UTC', quarter)) - quarter as utc_offset
        from (
            select distinct time_bucket(interval 15 minutes, {time}) as quarter
            from {landed(stream.name)} where {where}
        )
    """)


def _counting_rows(
    connection: DuckDBPyConnection, contract: StreamContract, columns: list[str], where: str
) -> str:
    """The newest version of each row; where every key stands once, without ranking versions, which takes longer
    than all counts.
    """
    keys = ", ".join(["_source", *(identifier(key) for key in contract.keys)])
    relation = landed(contract.name)
    row = connection.execute(
        f"select count(*), count(distinct hash({keys})) from {relation} where {where}"
    ).fetchone()
    if row is None or row[0] != row[1]:
        return newest_rows(contract, columns, where=where)
    selected = ", ".join(map(identifier, columns))
    return f"select {selected} from {relation} where not _is_deleted and {where}"


def _value(stream: CountedStream, name: str) -> str:
    column = next(column for column in stream.columns if column.name == name)
    if column.feature == "lag":
        quoted, time = identifier(name), identifier(str(stream.time))
        return f"epoch({quoted}::timestamp) - epoch({time}::timestamp) as {quoted}"
    if column.feature == "text":
        # a null stays one; only how many values there are is counted
        return (
            f"if({identifier(name)} is null, null, hash({identifier(name)})) as {identifier(name)}"
        )
    return identifier(name)


def _counts(stream: CountedStream) -> Iterable[str]:
    """SELECTs of cells, one for each column and feature."""
    month = "date_trunc('month', day)::date"
    head = f"select {literal(stream.name)}, _source"

    def by(feature: str, column: str, value: str, shown: str = "counted_value::varchar") -> str:
        return (
            f"{head}, month, is_fresh, '{feature}', {literal(column)}, {shown}, counted_rows from ("
            f"select _source, {month} as month, is_fresh, {value} as counted_value, count(*) as counted_rows "
            f"from counted_rows group by _source, {month}, is_fresh, counted_value "
            f"qualify row_number() over (partition by _source, {month}, is_fresh order by count(*) desc) "
            f"<= {_MOST_KINDS})"
        )

    yield by("rows", "", "day" if stream.time is not None else "null")
    if stream.has_hours:
        yield by("hour", "", "hour(local)")
    yield (
        f"{head}, null, true, 'file', '', _file, count(*) from counted_rows where is_fresh group by _source, _file"
    )
    for column in stream.of("kind"):
        value = f"coalesce({fingerprint('counted_value')}, '')"
        yield by("kind", column.name, identifier(column.name), value)
    measures = [
        (column.feature, column.name, name, sql)
        for column in stream.of("text", "number", "lag")
        for name, sql in _measures(column.feature, identifier(column.name))
    ]
    if measures:
        structs = ", ".join(
            f"{{'feature': '{feature}', 'col': {literal(column)}, 'value': '{name}', 'amount': ({sql})::double}}"
            for feature, column, name, sql in measures
        )
        # rows without a time have no month of which the fresh ones are a part
        known = "" if stream.time is not None else "where not is_fresh"
        sets = ((month, known, "false"), ("null::date", "where is_fresh", "true"))
        for bucket, condition, is_fresh in sets:
            yield (
                f"{head}, month, {is_fresh}, cell.feature, cell.col, cell.value, cell.amount from ("
                f"select _source, {bucket} as month, unnest([{structs}]) as cell "
                f"from counted_rows {condition} group by _source, {bucket}) where cell.amount is not null"
            )


def _measures(feature: str, quoted: str) -> Iterable[tuple[str, str]]:
    yield "filled", f"count({quoted})"
    if feature == "text":
        yield "distinct", f"approx_count_distinct({quoted})"
        return
    yield "zero", f"count(*) filter ({quoted} = 0)"
    yield "negative", f"count(*) filter ({quoted} < 0)"
    yield "distinct", f"approx_count_distinct({quoted})"
    yield "highest", f"max(abs({quoted}))"
    for name, quantile in (("p10", 0.1), ("p50", 0.5), ("p90", 0.9)):
        yield name, f"approx_quantile(abs({quoted})::double, {quantile}) filter ({quoted} <> 0)"
