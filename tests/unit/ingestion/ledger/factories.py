"""Loads and parts with plain values, to be entered in a ledger."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from orchestration.core.records import Load
from orchestration.ingestion.ledger.connection import Ledger
from orchestration.ingestion.ledger.loads import add_load
from orchestration.ingestion.ledger.parts import ActivePart, FilePart

LANDED_AT = dt.datetime(2026, 3, 1, 6)


def file_part(
    path: str,
    *,
    part: int = 1,
    landed: int = 3,
    quarantined: int = 0,
    latest: dt.datetime | None = None,
) -> FilePart:
    """A part read from `path`, whose checksum is its name."""
    return FilePart(
        part=part,
        path=path,
        size=10,
        mtime_ns=1,
        sha256=f"sha of {path}",
        fingerprint="mapping",
        rows_read=landed + quarantined,
        rows_landed=landed,
        rows_quarantined=quarantined,
        rows_skipped=0,
        business_max=latest,
    )


def enter_load(
    ledger: Ledger,
    number: int,
    *parts: FilePart,
    source: str = "crm",
    stream: str = "deals",
    replaced: Sequence[ActivePart] = (),
) -> Load:
    """Enter a load of these parts; its id is `load-<number>`."""
    load = Load(
        load_id=f"load-{number}",
        load_seq=number,
        source=source,
        stream=stream,
        landed_at=LANDED_AT,
        rows_read=sum(part.rows_read for part in parts),
        rows_landed=sum(part.rows_landed for part in parts),
        rows_quarantined=sum(part.rows_quarantined for part in parts),
        rows_skipped=0,
        files=tuple(part.path for part in parts),
        size_bytes=100,
    )
    add_load(ledger, load, run_id="run", sha256=f"sha-{number}", parts=parts, replaced=replaced)
    return load
