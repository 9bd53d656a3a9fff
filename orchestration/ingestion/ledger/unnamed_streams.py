"""Table `unnamed_streams`: streams that have landed and that embudo.yml no longer names.

What they landed stays, and counts in nothing until they are named again. Whether a release still holds them belongs to
`refresh`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from orchestration.ingestion.ledger.connection import Ledger

NAMED = (
    "not exists (select 1 from unnamed_streams u where u.source = f.source and u.stream = f.stream)"
)
"""Condition on a row `f` of a table with source and stream: embudo.yml names its stream."""


@dataclass(frozen=True)
class UnnamedFile:
    """A file of such a stream, in a load that would count; `known_as` are named sources that landed the same bytes."""

    source: str
    stream: str
    load_id: str
    rows_landed: int
    known_as: tuple[str, ...]


def record_named_streams(ledger: Ledger, named: Collection[tuple[str, str]]) -> None:
    """Enter which streams (source and stream) embudo.yml names: what others landed does not count from now on."""
    landed = {
        (row["source"], row["stream"])
        for row in ledger.execute(
            "select source, stream from loads union select source, stream from rejected_files"
        )
    }
    unnamed = landed - set(named)
    known = {
        (row["source"], row["stream"])
        for row in ledger.execute("select source, stream from unnamed_streams")
    }
    if unnamed == known:
        return
    with ledger.transaction():
        ledger.execute("delete from unnamed_streams")
        ledger.executemany(
            "insert into unnamed_streams (source, stream) values (?,?)", sorted(unnamed)
        )


def unnamed_files(ledger: Ledger) -> list[UnnamedFile]:
    """Files of streams that are not named, in the order in which they landed."""
    rows = ledger.execute(
        "select f.source, f.stream, f.load_id, f.rows_landed, "
        "(select group_concat(distinct o.source) from load_files o where o.stream = f.stream "
        "and o.sha256 = f.sha256 and o.replaced_by is null and not exists (select 1 from "
        "unnamed_streams n where n.source = o.source and n.stream = o.stream)) as known_as "
        "from load_files f join loads l using (load_id) join unnamed_streams u "
        "on u.source = f.source and u.stream = f.stream "
        "where f.replaced_by is null and not exists (select 1 from quarantined_loads q "
        "where q.load_id = f.load_id and q.reinstated_by is null) order by l.load_seq, f.part"
    ).fetchall()
    return [UnnamedFile(**{**dict(row), "known_as": _names(row["known_as"])}) for row in rows]


def _names(listed: str | None) -> tuple[str, ...]:
    return tuple(sorted(listed.split(","))) if listed else ()
