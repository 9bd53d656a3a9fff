"""Gate 3: ids that match nothing: the owner, account, deal … of a landed row, where no row of that stream has it.

Such rows count in totals and are missing from figures by that dimension. A release keeps the shares
(`references.json`), so that the next one knows what is new.
"""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.core.records import Severity
from orchestration.quality.databases import identifier, literal
from orchestration.quality.kept_shares import newest_load
from orchestration.quality.landed_columns import landed, newest_rows
from orchestration.quality.masking import SAMPLES, shown
from orchestration.quality.outcomes import Finding
from orchestration.quality.reference_hints import hint
from orchestration.quality.registry import check
from orchestration.quality.subjects import Definitions, GateInput
from orchestration.settings.contract import ContractColumn, StreamContract
from orchestration.settings.contract_loading import load_contract

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

REFERENCES_FILE = "references.json"

_GROWN, _NEW_ROWS = 0.01, 0.1
"""By how much the share of all rows, and that of the rows since the last release, may exceed the last release's."""

_NOTHING = "select '' as kind, '' as value where false"

_NOBODYS = 0.05
"""Rows of agents, of which a phone system has some that are nobody: the switchboard, a queue, a shared telephone."""

_CERTAIN, _RARE, _ENOUGH = 0.3, 0.05, 20
"""More than this share of new rows stops, where at most that one of so many earlier rows matched nothing."""


@dataclass(frozen=True)
class _History:
    """What the last release knew: its newest load, and by column and source the share that matched nothing, of all
    rows and of those that were new in it.
    """

    load_seq: int
    shares: Mapping[str, Mapping[str, float]]
    new_shares: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    def share(self, check: str, source: str) -> float | None:
        return self.shares.get(check, {}).get(source)

    def new_share(self, check: str, source: str) -> float:
        return self.new_shares.get(check, {}).get(source, 0.0)


@dataclass(frozen=True)
class _Unmatched:
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
        return self.unmatched / self.rows

    @property
    def new_share(self) -> float:
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


def reference_names(definitions: Definitions) -> Mapping[str, str]:
    """One check per column that holds the key of another row."""
    return {_name(stream, column): stream.name for stream, column in _references()}


@check(
    gate=3,
    name="references.<stream>.<column>",
    on="each stream",
    names=reference_names,
    policy="warn",
    remedy="Figures by what it refers to leave these rows out: land the rows that are missing, or repair the ids in "
    "`columns` of embudo.yml (`sql` knows salesforce_id18, digits, unaccent). Where it is meant to be so, raise "
    "`limits.unmatched_share`.",
)
def unmatched_references(
    candidate: GateInput, *, unmatched_share: float = 0.1
) -> Iterator[Finding]:
    """Ids that match no row of the stream they refer to, by source: a share that is new, has grown since the last
    release, or is above the limit; a third of the new rows, where earlier ones matched, stops it. Sources
    without a row of that stream are not checked; one in twenty calls may be of a switchboard or a queue.
    """
    history = _read(candidate.previous)
    shares: dict[str, dict[str, float]] = {}
    new_shares: dict[str, dict[str, float]] = {}
    with candidate.databases.open() as connection:
        for stream, column in _references():
            name, reported = _name(stream, column), False
            since = history.load_seq if history else -1
            for unmatched in _unmatched(connection, stream, column, since=since):
                shares.setdefault(name, {})[unmatched.source] = round(unmatched.share, 6)
                new_shares.setdefault(name, {})[unmatched.source] = round(unmatched.new_share, 6)
                before = history.share(name, unmatched.source) if history else None
                usual = _NOBODYS if column.also_by else 0.0
                if unmatched.share > usual and unmatched.is_reported(before, unmatched_share):
                    reported = True
                    stops = history is not None and unmatched.is_certain(
                        history.new_share(name, unmatched.source)
                    )
                    yield _finding(
                        connection,
                        stream,
                        column,
                        unmatched,
                        before,
                        severity="error" if stops else "warn",
                    )
            if not reported:
                yield Finding(
                    passed=True,
                    name=name,
                    subject=stream.name,
                    observed="none that is new"
                    if name in shares
                    else "every id is known, or there are none",
                    expected=_expected(column),
                )
        newest = newest_load(connection)
    _write(candidate.directory, _History(newest, shares, new_shares))


def _references() -> list[tuple[StreamContract, ContractColumn]]:
    return [
        (stream, column)
        for stream in load_contract().values()
        for column in stream.columns
        if column.target is not None
    ]


def _name(stream: StreamContract, column: ContractColumn) -> str:
    return f"references.{stream.name}.{column.name}"


def _expected(column: ContractColumn) -> str:
    return f"ids of {column.target}"


def _keys(target: str) -> str:
    return identifier(f"keys of {target}")


def _collect_keys(connection: DuckDBPyConnection, target: StreamContract) -> None:
    """A table of the keys of a stream, deleted rows too, and of what else its rows are found by; made once."""
    by = sorted(
        {
            also
            for _, column in _references()
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
        f"create temp table if not exists {_keys(target.name)} as "
        f"select distinct _source as source, '' as kind, cast({identifier(target.keys[0])} as varchar) as value "
        f"from {landed(target.name)}{others}"
    )


def _unmatched(
    connection: DuckDBPyConnection, stream: StreamContract, column: ContractColumn, *, since: int
) -> Iterator[_Unmatched]:
    """Sources in which ids match nothing. Table `unmatched` holds the ids: `source`, `value`, `row_count`."""
    name, keys = identifier(column.name), _keys(str(column.target))
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
        yield _Unmatched(str(source), *(int(count) for count in counts))


def _finding(
    connection: DuckDBPyConnection,
    stream: StreamContract,
    column: ContractColumn,
    unmatched: _Unmatched,
    before: float | None,
    *,
    severity: Severity,
) -> Finding:
    own = f"(select * from unmatched where source = {literal(unmatched.source)})"
    values = connection.execute(
        f"select value from {own} order by row_count desc, value limit {SAMPLES}"
    ).fetchall()
    advice = hint(
        connection,
        unmatched=own,
        known=f"(select * from {_keys(str(column.target))} where kind = '')",
        named=_named(load_contract()[str(column.target)]),
        column=column.name,
    )
    was = f", {before:.1%} in the last release" if before else ""
    new = f", {unmatched.new_share:.1%} of the new ones" if severity == "error" else ""
    return Finding(
        passed=False,
        severity=severity,
        name=_name(stream, column),
        subject=f"{unmatched.source}.{stream.name}",
        observed=f"{unmatched.unmatched:,} of {unmatched.rows:,} rows ({unmatched.share:.1%}{was}{new}): their "
        f"{column.name} is in no row of {column.target}",
        expected=_expected(column),
        failures=unmatched.unmatched,
        keys=shown(value for (value,) in values),
        remedy=f"{advice} Others are rows to land." if advice else "",
    )


def _named(target: StreamContract) -> str:
    """A relation of what rows of a stream are called by, apart from their key: `kind`, `value`."""
    selects = [
        f"select {literal(column.name)} as kind, {identifier(column.name)} as value from {landed(target.name)}"
        for column in target.columns
        if column.name in ("name", "full_name", "email")
    ]
    return f"({' union all '.join(selects or [_NOTHING])})"


def _read(previous: Path | None) -> _History | None:
    """What a release knew; None where there is none, or an older Embudo made it."""
    path = previous / REFERENCES_FILE if previous is not None else None
    if path is None or not path.exists():
        return None
    return _History(**json.loads(path.read_text(encoding="utf-8")))


def _write(directory: Path, history: _History) -> None:
    text = json.dumps(dataclasses.asdict(history), indent=1)
    (directory / REFERENCES_FILE).write_text(text + "\n", encoding="utf-8")
