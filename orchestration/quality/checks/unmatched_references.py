"""Gate 3: ids that match nothing: the owner, account, deal … of a landed row, where no row of that stream has it.

Such rows count in totals and are missing from figures by that dimension. A release keeps the shares
(`references.json`), so that the next one knows what is new.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from orchestration.core.records import Severity
from orchestration.quality.databases import identifier, literal
from orchestration.quality.kept_shares import newest_load
from orchestration.quality.landed_columns import landed
from orchestration.quality.limits import About
from orchestration.quality.masking import SAMPLES, shown
from orchestration.quality.outcomes import Finding
from orchestration.quality.reference_hints import hint
from orchestration.quality.registry import OF_STREAMS, check
from orchestration.quality.subjects import Definitions, GateInput
from orchestration.quality.unmatched_ids import (
    UnmatchedIds,
    keys_relation,
    references,
    unmatched_ids,
)
from orchestration.settings.contract import ContractColumn, StreamContract
from orchestration.settings.contract_loading import load_contract

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

REFERENCES_FILE = "references.json"

_NOTHING = "select '' as kind, '' as value where false"

_NOBODYS = 0.05
"""Rows of agents, of which a phone system has some that are nobody: the switchboard, a queue, a shared telephone."""


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


def reference_names(definitions: Definitions) -> Mapping[str, str]:
    """One check per column that holds the key of another row."""
    return {_name(stream, column): stream.name for stream, column in references()}


@check(
    gate=3,
    name="references.<stream>.<column>",
    has_share=True,
    scopes=OF_STREAMS,
    on="each stream",
    names=reference_names,
    policy="warn",
    remedy="Figures by what it refers to leave these rows out: land the rows that are missing, or repair the ids in "
    "`columns` of embudo.yml (`sql` knows salesforce_id18, digits, unaccent). Where it is meant to be so, raise "
    "`limits.unmatched_share`.",
)
def unmatched_references(
    candidate: GateInput,
    *,
    unmatched_share: Annotated[
        float,
        About("rows of a source whose id may match no row of the stream it refers to", high=1),
    ] = 0.1,
) -> Iterator[Finding]:
    """Ids that match no row of the stream they refer to, by source: a share that is new, has grown since the last
    release, or is above the limit; a third of the new rows, where earlier ones matched, stops it. Sources
    without a row of that stream are not checked; one in twenty calls may be of a switchboard or a queue.
    """
    history = _read(candidate.previous)
    shares: dict[str, dict[str, float]] = {}
    new_shares: dict[str, dict[str, float]] = {}
    with candidate.databases.open() as connection:
        for stream, column in references():
            name, reported = _name(stream, column), False
            since = history.load_seq if history else -1
            for unmatched in unmatched_ids(connection, stream, column, since=since):
                shares.setdefault(name, {})[unmatched.source] = round(unmatched.share, 6)
                new_shares.setdefault(name, {})[unmatched.source] = round(unmatched.new_share, 6)
                is_remapped = candidate.changes.of_stream(unmatched.source, stream.name)
                known = history if not is_remapped else None
                before = known.share(name, unmatched.source) if known else None
                usual = _NOBODYS if column.also_by else 0.0
                stops = known is not None and unmatched.is_certain(
                    known.new_share(name, unmatched.source)
                )
                if stops or (
                    unmatched.share > usual and unmatched.is_reported(before, unmatched_share)
                ):
                    reported = True
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


def _name(stream: StreamContract, column: ContractColumn) -> str:
    return f"references.{stream.name}.{column.name}"


def _expected(column: ContractColumn) -> str:
    return f"ids of {column.target}"


def _finding(
    connection: DuckDBPyConnection,
    stream: StreamContract,
    column: ContractColumn,
    unmatched: UnmatchedIds,
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
        known=f"(select * from {keys_relation(str(column.target))} where kind = '')",
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
        rows=unmatched.rows,
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
