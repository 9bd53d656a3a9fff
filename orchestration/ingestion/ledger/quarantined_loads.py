"""Table `quarantined_loads`: loads that the gate keeps out of every build.

Why a load is quarantined belongs to `quality`; quarantined rows of files that landed, to `parts`.
"""

from __future__ import annotations

from orchestration.core.records import QuarantinedLoad
from orchestration.ingestion.ledger.connection import Ledger
from orchestration.ingestion.ledger.times import from_text, to_seconds_text, utc_now
from orchestration.ingestion.ledger.unnamed_streams import NAMED


def quarantine_load(ledger: Ledger, load_id: str, *, check: str, reason: str, run_id: str) -> None:
    """From now on the load counts in no build; its rows and files stay as they are."""
    with ledger.transaction():
        ledger.execute(
            "insert into quarantined_loads (load_id, check_name, reason, run_id, quarantined_at) "
            "values (?,?,?,?,?)",
            (load_id, check, reason, run_id, to_seconds_text(utc_now())),
        )


def reinstate_load(ledger: Ledger, load_id: str, *, run_id: str, reason: str) -> None:
    """A quarantined load counts again."""
    with ledger.transaction():
        ledger.execute(
            "update quarantined_loads set reinstated_by = ?, reinstated_because = ? "
            "where load_id = ? and reinstated_by is null",
            (run_id, reason, load_id),
        )


def quarantined_loads(ledger: Ledger) -> list[QuarantinedLoad]:
    """Loads of named streams in quarantine that no later file has resolved, in order."""
    rows = ledger.execute(
        'select q.load_id, l.source, l.stream, q.check_name as "check", q.reason, q.run_id, '
        "q.quarantined_at as at, l.rows_landed "
        "from quarantined_loads q join loads l using (load_id) "
        "where q.reinstated_by is null and exists (select 1 from load_files f "
        f"where f.load_id = q.load_id and f.resolved_by is null and {NAMED}) order by l.load_seq"
    ).fetchall()
    return [QuarantinedLoad(**{**dict(row), "at": from_text(row["at"])}) for row in rows]
