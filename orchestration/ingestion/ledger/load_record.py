"""What the ledger knows of a load, written into the load's own Parquet file.

A ledger that was lost is rebuilt from these. Fields here are those of the ledger's tables; entering
them belongs to `loads`.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from orchestration.core import duckdb_session
from orchestration.core.records import Load
from orchestration.ingestion.ledger.parts import ActivePart, FilePart

RECORD_KEY = "embudo_load"
"""The key of the record in a Parquet file's metadata."""


@dataclass(frozen=True)
class LoadRecord:
    """A load, the run that made it, the files in it, and the parts of earlier loads it replaces."""

    load: Load
    run_id: str
    parts: tuple[FilePart, ...]
    replaced: tuple[ActivePart, ...]

    def without(self, *, landed: Mapping[int, int], quarantined: Mapping[int, int]) -> LoadRecord:
        """The record of the load with fewer rows, by part: those that were removed count as skipped."""
        parts = []
        for part in self.parts:
            kept, rejected = landed.get(part.part, 0), quarantined.get(part.part, 0)
            skipped = part.rows_read - kept - rejected
            parts.append(
                dataclasses.replace(
                    part, rows_landed=kept, rows_quarantined=rejected, rows_skipped=skipped
                )
            )
        kept, rejected = sum(landed.values()), sum(quarantined.values())
        load = dataclasses.replace(
            self.load,
            rows_landed=kept,
            rows_quarantined=rejected,
            rows_skipped=self.load.rows_read - kept - rejected,
        )
        return dataclasses.replace(self, load=load, parts=tuple(parts))

    def to_json(self) -> str:
        """As the text of the Parquet file's metadata."""
        return json.dumps(dataclasses.asdict(self), default=str, sort_keys=True)


def read_record(connection: duckdb.DuckDBPyConnection, path: Path) -> LoadRecord | None:
    """The record in a landed file, or None where the file cannot be read in full or has none.

    Reads every row: a record is valid only if its row count is that of the file.
    """
    file = duckdb_session.file(path)
    try:
        stored = connection.execute(
            f"select decode(value) from parquet_kv_metadata({file}) where decode(key) = ?",
            [RECORD_KEY],
        ).fetchone()
        rows = connection.execute(
            f"select count(*), sum(hash(columns(*))) from read_parquet({file})"
        ).fetchone()
        if stored is None or rows is None:
            return None
        record = _from_fields(json.loads(stored[0]), size_bytes=path.stat().st_size)
    except (duckdb.Error, OSError, ValueError, KeyError, TypeError):
        return None
    return record if record.load.rows_landed == rows[0] else None


def _from_fields(fields: Mapping[str, Any], *, size_bytes: int) -> LoadRecord:
    load = {
        **fields["load"],
        "landed_at": datetime.fromisoformat(fields["load"]["landed_at"]),
        "files": tuple(fields["load"]["files"]),
        "size_bytes": size_bytes,
    }
    return LoadRecord(
        load=Load(**load),
        run_id=fields["run_id"],
        parts=tuple(_part(part) for part in fields["parts"]),
        replaced=tuple(ActivePart(**part) for part in fields["replaced"]),
    )


def _part(fields: Mapping[str, Any]) -> FilePart:
    at: Sequence[str] | None = fields["business_max"]
    return FilePart(**{**fields, "business_max": datetime.fromisoformat(str(at)) if at else None})
