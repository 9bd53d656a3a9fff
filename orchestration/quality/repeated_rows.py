"""Rows that are equal to another but for their id, found in a candidate's landing: how many, where, and whose.

What of a row is compared belongs to `row_contents`, whether there are too many to `checks.content_duplicates`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from orchestration.quality.databases import identifier, literal
from orchestration.quality.kept_shares import Share
from orchestration.quality.landed_columns import landed, newest_rows
from orchestration.quality.masking import shown
from orchestration.quality.row_contents import RowContents

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_KEYS = 1_000
"""How many pairs of rows a result keeps."""

_LARGE_PART = 0.5
"""From which part of the repeated rows on it says whose they are."""


@dataclass(frozen=True)
class Repeats:
    """The rows of a source since a load: all, those repeated, and of these those that are so hardly by chance."""

    source: str
    rows: int
    repeated: int = 0
    telling: int = 0

    @property
    def share(self) -> float:
        """The part of the rows that is repeated."""
        return self.repeated / self.rows if self.rows else 0.0

    @property
    def text(self) -> str:
        """How many of how many, and whose."""
        return f"{self.repeated:,} of {self.rows:,} rows of {self.source}"


def repeats(
    connection: DuckDBPyConnection, contents: RowContents, *, since: int
) -> Iterator[Repeats]:
    """Each source that has rows of a stream in loads after number `since`.

    Leaves temp table `repeated`: a row for each that an earlier one equals, with the place of both.
    """
    stream = contents.stream
    rows: dict[str, int] = dict(
        connection.execute(
            f"select _source, count(*) from {landed(stream.name)} "
            f"where _load_seq > {since} and not _is_deleted group by _source order by _source"
        ).fetchall()
    )
    if not rows:
        return
    counted = _find(connection, contents, since=since, where=_span(connection, contents, since))
    for source, count in rows.items():
        yield Repeats(source, count, *counted.get(source, (0, 0)))


def _span(connection: DuckDBPyConnection, contents: RowContents, since: int) -> str:
    """SQL of the rows that may equal one of the new ones: those of their time."""
    times = contents.stream.business_times
    if since < 0 or not times:
        return "not _is_deleted"
    moment = identifier(times[0])
    [span] = connection.execute(
        f"select min({moment}), max({moment}) from {landed(contents.stream.name)} where _load_seq > {since}"
    ).fetchall()
    if None in span:
        return "not _is_deleted"
    first, last = (literal(str(time)) for time in span)
    return f"not _is_deleted and ({moment} between {first} and {last} or {moment} is null)"


def _find(
    connection: DuckDBPyConnection, contents: RowContents, *, since: int, where: str
) -> dict[str, tuple[int, int]]:
    """Source to its repeated rows since a load, and the telling ones; `where` holds the rows to compare."""
    stream = contents.stream
    # most streams have none: one pass over numbers finds out, versions of one row aside
    connection.execute(f"""
        create or replace temp table fingerprints as
        with hashed as materialized (
            select {contents.key} as row_key, {contents.fingerprint} as fingerprint, _load_seq
            from {landed(stream.name)} where {where}
        )
        select distinct row_key from hashed where fingerprint in (
            select fingerprint from hashed group by fingerprint
            having min(row_key) <> max(row_key) and max(_load_seq) > {since}
        )
    """)
    if connection.execute("select 1 from fingerprints limit 1").fetchone() is None:
        return {}
    owner = identifier(contents.owner) if contents.owner else "null"
    needed = dict.fromkeys(
        (
            "_source",
            "_load_seq",
            "_file",
            "_line",
            *stream.keys,
            *contents.content,
            *stream.business_times[:1],
        )
    )
    known = f"{contents.key} in (select row_key from fingerprints)"
    connection.execute(f"""
        create or replace temp table repeated as
        select source, row_key, day, owner, is_telling, file, line, first_key, first_file, first_line, first_source
        from (
            select
                _source as source, {contents.shown_key} as row_key, {contents.day} as day,
                {owner}::varchar as owner, {contents.is_telling} as is_telling,
                _load_seq as load_seq, _file as file, _line as line,
                first_value({contents.shown_key}) over same as first_key,
                first_value(_file) over same as first_file, first_value(_line) over same as first_line,
                first_value(_source) over same as first_source, row_number() over same as position
            from ({newest_rows(stream, list(needed), where=known)})
            window same as (partition by {contents.fingerprint} order by _load_seq, _file, _line)
        )
        where position > 1 and load_seq > {since}
    """)
    return {
        str(source): (int(count), int(telling))
        for source, count, telling in connection.execute(
            "select source, count(*), count(*) filter (is_telling) from repeated group by source"
        ).fetchall()
    }


def days(connection: DuckDBPyConnection, contents: RowContents, source: str) -> dict[str, Share]:
    """All rows of a source and the telling repeated ones by day, or by file where rows have no time."""
    counted = connection.execute(f"""
        with days as (
            select {contents.day} as day, count(*) as row_count
            from {landed(contents.stream.name)} where _source = {literal(source)} and not _is_deleted group by day
        ),
        again as (
            select day, count(*) filter (is_telling) as row_count
            from repeated where source = {literal(source)} group by day
        )
        select days.day, days.row_count, coalesce(again.row_count, 0)
        from days left join again on days.day = again.day order by days.day
    """).fetchall()
    return {str(day): Share(int(rows), int(count)) for day, rows, count in counted}


def pairs(connection: DuckDBPyConnection, source: str) -> tuple[str, ...]:
    """Repeated rows of a source with the row that each equals: keys, files and lines, without contact data."""
    rows = connection.execute(
        f"select row_key, file, line, first_key, first_file, first_line from repeated "
        f"where source = {literal(source)} order by is_telling desc, file, line limit {_KEYS}"
    ).fetchall()
    return tuple(
        f"{key} ({file} line {line:,}) = {first} ({first_file} line {first_line:,})"
        for (key, file, line, first, first_file, first_line) in (
            (*shown((key,)), file, line, *shown((first,)), first_file, first_line)
            for key, file, line, first, first_file, first_line in rows
        )
    )


def whose(connection: DuckDBPyConnection, source: str) -> str:
    """The files that most repeated rows stand in, whose rows they equal, and the owner of most, as text."""
    own = f"from repeated where source = {literal(source)}"
    [(file, first_file, first_source, count, total)] = connection.execute(
        f"select file, first_file, first_source, count(*) as row_count, sum(count(*)) over () {own} "
        "group by all order by row_count desc, file, first_file limit 1"
    ).fetchall()
    texts = []
    if count >= _LARGE_PART * total:
        there = "itself" if first_file == file else first_file
        of = f" of {first_source}" if first_source != source else ""
        texts.append(f"in {file}, from {there}{of}")
    owners = connection.execute(
        f"select owner, count(*) as row_count {own} and owner is not null group by owner order by 2 desc, 1 limit 1"
    ).fetchall()
    if owners and owners[0][1] >= _LARGE_PART * total:
        texts.append(f"{owners[0][1] / total:.0%} of them of {shown((owners[0][0],))[0]}")
    first_day, last_day = connection.execute(f"select min(day), max(day) {own}").fetchall()[0]
    if first_day and not first_day.endswith(file[-4:]):
        texts.append(
            f"of {first_day}" if first_day == last_day else f"of {first_day} to {last_day}"
        )
    return "; ".join(texts)
