"""Ids that match no row of the stream they refer to: how many of a candidate's landed rows have one, by source.

What is reported of them belongs to `checks.unmatched_references`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from orchestration.quality.databases import identifier, literal
from orchestration.quality.landed_columns import landed, newest_rows
from orchestration.settings.contract import ContractColumn, StreamContract
from orchestration.settings.contract_loading import load_contract

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_GROWN, _NEW_ROWS = 0.01, 0.1
"""By how much the share of all rows, and that of the rows since the last release, may exceed the last release's."""

_CERTAIN, _RARE, _ENOUGH = 0.3, 0.05, 20
"""More than this share of new rows stops, where at most that one of so many earlier rows matched nothing."""


@dataclass(frozen=True)
class UnmatchedIds:
    """Rows of a source with an id in the column: all, those that match nothing, and both of them since the last
    release.
    """

    source: str
    rows: int
    unmatched: int
    new_rows: int
    new_unmatched: int

    @property
    def share(self) -> float:
        """The part of all rows that matches nothing."""
        return self.unmatched / self.rows

    @property
    def new_share(self) -> float:
        """The part of the rows since the last release; 0 without any."""
        return self.new_unmatched / self.new_rows if self.new_rows else 0.0

    def is_reported(self, before: float | None, tolerated: float) -> bool:
        """Whether it is new, has grown, or is more than is tolerated."""
        if not before or self.share > tolerated:
            return True
        noise = 1 / math.sqrt(max(self.new_rows, 1))
        return self.share > before + _GROWN or self.new_share > before + _NEW_ROWS + noise

    def is_certain(self, new_before: float) -> bool:
        """Whether ids were changed or cut: most new ones match nothing, where hardly one of the earlier ones did.

        `new_before` is the share of the rows that were new in the last release: some tools deliver rows a day before
        what they refer to.
        """
        earlier, earlier_unmatched = self.rows - self.new_rows, self.unmatched - self.new_unmatched
        return (
            min(earlier, self.new_unmatched) >= _ENOUGH
            and self.new_share > _CERTAIN
            and max(earlier_unmatched / earlier, new_before) < _RARE
        )


def references() -> list[tuple[StreamContract, ContractColumn]]:
    """Every column of the contract that holds the key of another row, with its stream."""
    return [
        (stream, column)
        for stream in load_contract().values()
        for column in stream.columns
        if column.target is not None
    ]


def keys_relation(target: str) -> str:
    """The temp table of what rows of a stream are found by: `source`, `kind` (empty for keys), `value`."""
    return identifier(f"keys of {target}")


def _collect_keys(connection: DuckDBPyConnection, target: StreamContract) -> None:
    """A table of the keys of a stream, deleted rows too, and of what else its rows are found by; made once."""
    by = sorted(
        {
            also
            for _, column in references()
            if column.target == target.name
            for also in column.also_by
        }
    )
    others = "".join(
        f" union select _source, {literal(also)}, lower(trim({identifier(also)})) "
        f"from {landed(target.name)} where trim({identifier(also)}) <> ''"
        for also in by
    )
    connection.execute(
        f"create temp table if not exists {keys_relation(target.name)} as "
        f"select distinct _source as source, '' as kind, cast({identifier(target.keys[0])} as varchar) as value "
        f"from {landed(target.name)}{others}"
    )


def unmatched_ids(
    connection: DuckDBPyConnection, stream: StreamContract, column: ContractColumn, *, since: int
) -> Iterator[UnmatchedIds]:
    """Sources in which ids match nothing. Table `unmatched` holds the ids: `source`, `value`, `row_count`."""
    name, keys = identifier(column.name), keys_relation(str(column.target))
    if connection.execute(
        f"select 1 from {landed(stream.name)} where {name} is not null limit 1"
    ).fetchone():
        _collect_keys(connection, load_contract()[str(column.target)])
    else:
        return
    has_target = (
        f"exists (select 1 from {keys})"
        if column.also_by
        else f"_source in (select source from {keys}) or _key_source in (select source from {keys})"
    )
    connection.execute(f"""
        create or replace temp table unmatched as
        with ids as (
            select _source, _key_source, cast({name} as varchar) as value
            from {landed(stream.name)} where {name} is not null and not _is_deleted group by all
        )
        select distinct ids._source as source, ids.value
        from ids
        left join {keys} as own on own.kind = '' and own.source = ids._source and own.value = ids.value
        left join {keys} as named on named.kind = '' and named.source = ids._key_source and named.value = ids.value
        left join (select distinct value from {keys} where kind <> '') as others
            on others.value = lower(trim(ids.value))
        where own.value is null and named.value is null and others.value is null and ({has_target})
    """)
    if connection.execute("select count(*) from unmatched").fetchone() == (0,):
        return
    # older versions of a row may name what the newest does not
    connection.execute(f"""
        create or replace temp table newest as
        select _source as source, cast({name} as varchar) as value, _load_seq > {since} as is_new, count(*) as row_count
        from ({newest_rows(stream, ["_source", column.name, "_load_seq"])})
        where {name} is not null group by all
    """)
    connection.execute("""
        create or replace temp table unmatched as
        select source, value, sum(row_count) as row_count
        from newest where (source, value) in (select (source, value) from unmatched) group by all
    """)
    counted = """
        select
            source, sum(row_count),
            sum(row_count) filter (is_unmatched),
            coalesce(sum(row_count) filter (is_new), 0),
            coalesce(sum(row_count) filter (is_new and is_unmatched), 0)
        from (
            select *, (source, value) in (select (source, value) from unmatched) as is_unmatched from newest
        )
        group by source having count(*) filter (is_unmatched) > 0 order by source
    """
    for source, *counts in connection.execute(counted).fetchall():
        yield UnmatchedIds(str(source), *(int(count) for count in counts))
