"""The rows of a stream as they are counted, and the SELECTs that count them, in SQL over a candidate's warehouse.

Which rows are counted, and what is kept, belongs to `counting` and `windows`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from orchestration.quality.databases import identifier, literal
from orchestration.quality.landed_columns import landed, newest_rows
from orchestration.quality.periods.columns import CountedStream
from orchestration.settings.contract import StreamContract

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_MOST_KINDS = 300
"""Values of a column and bucket that are counted one by one, the most frequent first."""


def fingerprint(value: str) -> str:
    """SQL of what stands for a value in the counts."""
    return f"left(md5(cast({value} as varchar)), 12)"


def dated_rows(
    connection: DuckDBPyConnection,
    contract: StreamContract,
    stream: CountedStream,
    *,
    zone: str,
    where: str,
) -> str:
    """A SELECT of the newest version of each row for which `where` holds: `_source`, `_file`, `_load_seq`, `day` and
    `local` on the company's calendar, and what is counted of its columns.
    """
    names = [column.name for column in stream.columns]
    time = identifier(str(stream.time))
    columns = ["_source", "_file", "_load_seq", str(stream.time), *names]
    local, offsets = f"{time}::timestamp", ""
    if stream.has_hours:
        _collect_offsets(connection, stream, time, zone=zone, where=where)
        local = f"{time} + utc_offset"
        offsets = f"left join offsets on quarter = time_bucket(interval 15 minutes, {time})"
    return f"""
        select _source, _file, _load_seq, ({local})::date as day, {local} as local,
            {", ".join(_value(stream, name) for name in names) or "null as nothing"}
        from ({_counting_rows(connection, contract, columns, where)}) {offsets}
        where {time} is not null
    """


def counts(stream: CountedStream) -> str:
    """A SELECT of the cells of temp table `counted_rows`, by its `bucket`, `_source` and `is_fresh`: rows and hours of
    all buckets, values of those of temp view `recent_rows`.
    """
    return " union all ".join(_counts(stream))


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
    head = f"select {literal(stream.name)}, _source"

    def by(
        feature: str,
        column: str,
        value: str,
        *,
        shown: str = "counted_value::varchar",
        rows: str = "counted_rows",
    ) -> str:
        return (
            f"{head}, bucket, is_fresh, '{feature}', {literal(column)}, {shown}, counted_rows from ("
            f"select _source, bucket, is_fresh, {value} as counted_value, count(*) as counted_rows "
            f"from {rows} group by _source, bucket, is_fresh, counted_value "
            f"qualify row_number() over (partition by _source, bucket, is_fresh order by count(*) desc) "
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
        yield by("kind", column.name, identifier(column.name), shown=value, rows="recent_rows")
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
        sets = (("bucket", known, "false"), ("null::date", "where is_fresh", "true"))
        for bucket, condition, is_fresh in sets:
            yield (
                f"{head}, month, {is_fresh}, cell.feature, cell.col, cell.value, cell.amount from ("
                f"select _source, {bucket} as month, unnest([{structs}]) as cell "
                f"from recent_rows {condition} group by _source, {bucket}) where cell.amount is not null"
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
