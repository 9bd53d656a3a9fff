"""How recent the landed data is: the latest business timestamps in table `load_files`.

Times are naive UTC. What they mean for freshness belongs to `quality`.
"""

from __future__ import annotations

from datetime import datetime

from orchestration.ingestion.ledger.connection import Ledger
from orchestration.ingestion.ledger.parts import COUNTS
from orchestration.ingestion.ledger.times import from_text
from orchestration.ingestion.ledger.unnamed_streams import NAMED


def latest_business_time(ledger: Ledger) -> datetime | None:
    """The latest business timestamp of the rows that count."""
    row = ledger.execute(f"select max(business_max) from load_files f where {COUNTS}").fetchone()
    latest: str | None = row[0]
    return from_text(latest)


def latest_by_stream(ledger: Ledger) -> dict[tuple[str, str], datetime]:
    """(Source, stream) to the latest business timestamp of its parts that nothing has replaced; named streams alone."""
    rows = ledger.execute(
        "select source, stream, max(business_max) from load_files f where replaced_by is null "
        f"and {NAMED} and business_max is not null group by source, stream"
    ).fetchall()
    return {(source, stream): from_text(latest) for source, stream, latest in rows}


def latest_by_source(ledger: Ledger) -> dict[str, datetime]:
    """Source to the latest business timestamp of its parts that nothing has replaced; named streams alone."""
    rows = ledger.execute(
        "select source, max(business_max) from load_files f where replaced_by is null "
        f"and {NAMED} and business_max is not null group by source order by source"
    ).fetchall()
    return {source: from_text(latest) for source, latest in rows}


def latest_landed_by_source(
    ledger: Ledger, *, until: datetime | None = None
) -> dict[str, datetime]:
    """Source to the latest business timestamp that ever landed, `until` where it is later (what is planned).

    Streams that are not named are left out, and sources without any timestamp.
    """
    rows = ledger.execute(
        f"select source, max(business_max) from load_files f where {NAMED} group by source "
        "having max(business_max) is not null"
    ).fetchall()
    times = {source: from_text(latest) for source, latest in rows}
    return {source: min(at, until or at) for source, at in times.items()}
