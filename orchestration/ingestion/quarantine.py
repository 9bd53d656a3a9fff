"""Rows that broke the contract: listed, and exported so that they can be repaired.

Quarantining rows belongs to `invalid_rows`; that a later file resolves them, to the ledger.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.core import duckdb_session
from orchestration.core.errors import SourceError
from orchestration.ingestion.ledger.connection import Ledger
from orchestration.ingestion.ledger.loads import all_loads
from orchestration.ingestion.ledger.parts import QuarantinedPart, quarantined_parts
from orchestration.ingestion.repaired_files import repaired_name
from orchestration.settings import Home


@dataclass(frozen=True)
class QuarantinedRow:
    """A row with its reason. `raw` is the row as text (bytes that are not text appear as \\xNN)."""

    source: str
    stream: str
    load_id: str
    file: str
    line: int
    reason: str
    raw: str


def list_open(
    home: Home,
    *,
    source: str | None = None,
    stream: str | None = None,
    load_id: str | None = None,
    limit: int | None = None,
) -> list[QuarantinedRow]:
    """Rows in quarantine that nothing has resolved, by load, file and line."""
    query = open_query(home, _parts(home, source=source, stream=stream, load_id=load_id))
    if query is None:
        return []
    with duckdb_session.connect(scratch=home.work / "quarantine") as connection:
        rows = connection.execute(
            f"select source, stream, load_id, file, line, reason, raw from ({query}) "
            f"order by load_id, part, line{f' limit {limit}' if limit is not None else ''}"
        ).fetchall()
    return [QuarantinedRow(*row) for row in rows]


def count_open(home: Home) -> dict[tuple[str, str], int]:
    """How many rows are in quarantine, by source and stream."""
    query = open_query(home, _parts(home))
    if query is None:
        return {}
    with duckdb_session.connect(scratch=home.work / "quarantine") as connection:
        rows = connection.execute(
            f"select source, stream, count(*) from ({query}) group by all order by all"
        ).fetchall()
    return {(row[0], row[1]): int(row[2]) for row in rows}


def export(
    home: Home,
    *,
    to: Path,
    load_id: str | None = None,
    source: str | None = None,
    stream: str | None = None,
) -> list[Path]:
    """Write the open rows of a load or stream under folder `to`, one `<file>.repaired.<suffix>`
    per file.

    Rows are written as they came, under their file's own header, in UTF-8 or in their own bytes.
    Repaired and dropped in the inbox, such a file lands and resolves those rows. Raises `SourceError`
    where nothing is open.
    """
    query = open_query(home, _parts(home, source=source, stream=stream, load_id=load_id))
    if query is None:
        wanted = load_id or ".".join(part for part in (source, stream) if part) or "any stream"
        raise SourceError(
            f"Nothing of {wanted} is in quarantine. `embudo quarantine` lists what is."
        )
    to.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    with duckdb_session.connect(scratch=home.work / "quarantine") as connection:
        files = connection.execute(
            f"select file, any_value(header) from ({query}) group by file order by file"
        ).fetchall()
        for file, header in files:
            target = to / repaired_name(Path(file).name)
            rows = connection.execute(
                f"select coalesce(raw_bytes, encode(raw)) from ({query}) where file = ? "
                "group by all order by min(line)",
                [file],
            )
            with target.open("wb") as out:
                if header:
                    out.write(header.encode() + b"\n")
                while batch := rows.fetchmany(10_000):
                    out.writelines(row[0] + b"\n" for row in batch)
            written.append(target)
    return written


def corrupt_files(home: Home) -> list[str]:
    """What is wrong with the files that open rows are kept in, by their path; rows are counted."""
    faults = []
    with Ledger(home.ledger) as ledger:
        open_loads = {
            (part.source, part.stream, part.load_id)
            for part in quarantined_parts(ledger, only_open=True)
        }
        expected = {load.load_id: load.rows_quarantined for load in all_loads(ledger)}
    with duckdb_session.connect(scratch=home.work / "quarantine") as connection:
        for source, stream, load_id in sorted(open_loads):
            path = home.quarantine_of(source=source, stream=stream) / f"{load_id}.parquet"
            try:
                rows = connection.execute(
                    f"select count(*), count(hash(columns(*))) from read_parquet({duckdb_session.literal(str(path))})"
                ).fetchone()
            except duckdb.Error as error:
                faults.append(f"{path} cannot be read: {str(error).splitlines()[0]}")
                continue
            if rows is None or rows[0] != expected[load_id]:
                faults.append(
                    f"{path} has {rows and rows[0]} rows, {expected[load_id]} were quarantined"
                )
    return faults


def open_query(home: Home, parts: Sequence[QuarantinedPart]) -> str | None:
    """A SELECT of the quarantined rows of `parts`, or None where there are none."""
    by_file: dict[Path, list[int]] = {}
    for part in parts:
        folder = home.quarantine_of(source=part.source, stream=part.stream)
        by_file.setdefault(folder / f"{part.load_id}.parquet", []).append(part.part)
    queries = []
    for path, numbers in by_file.items():
        if not path.is_file():
            raise SourceError(
                f"The quarantine file {path} is in the ledger, but gone from the disk. Restore it "
                "from a backup."
            )
        listed = ", ".join(str(number) for number in numbers)
        queries.append(
            f"select * from read_parquet({duckdb_session.file(path)}) where part in ({listed})"
        )
    return " union all by name ".join(queries) if queries else None


def _parts(
    home: Home,
    *,
    source: str | None = None,
    stream: str | None = None,
    load_id: str | None = None,
) -> list[QuarantinedPart]:
    if not home.ledger.is_file():
        return []
    with Ledger(home.ledger) as ledger:
        parts = quarantined_parts(ledger, only_open=True)
    return [
        part
        for part in parts
        if source in (None, part.source)
        and stream in (None, part.stream)
        and load_id in (None, part.load_id)
    ]
