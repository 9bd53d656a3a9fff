"""Table `waivers`: failed checks that a person lets pass once.

What a waiver lets through belongs to `quality`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC

from orchestration.core.records import Waiver
from orchestration.ingestion.ledger.connection import Ledger
from orchestration.ingestion.ledger.times import from_text, to_seconds_text, utc_now

_OPEN = "withdrawn_at is null and used_by is null"


def grant_waiver(ledger: Ledger, check: str, *, reason: str, signed_by: str) -> Waiver:
    """Enter that a failure of `check` (a name, or `name on subject`) may pass once.

    A waiver of the same check that is still open is withdrawn: the newer one counts.
    """
    with ledger.transaction():
        withdraw_waiver(ledger, check)
        ledger.execute(
            "insert into waivers (check_name, reason, signed_by, granted_at) values (?,?,?,?)",
            (check, reason, signed_by, to_seconds_text(utc_now())),
        )
    return next(waiver for waiver in open_waivers(ledger) if waiver.check == check)


def withdraw_waiver(ledger: Ledger, check: str) -> bool:
    """Take back a waiver that no release has used; whether there was one."""
    with ledger.transaction():
        withdrawn = ledger.execute(
            f"update waivers set withdrawn_at = ? where check_name = ? and {_OPEN}",
            (to_seconds_text(utc_now()), check),
        )
    return withdrawn.rowcount > 0


def open_waivers(ledger: Ledger) -> list[Waiver]:
    """Those that the next refresh may use."""
    return [waiver for waiver in all_waivers(ledger) if waiver.is_open]


def all_waivers(ledger: Ledger) -> list[Waiver]:
    """All that were ever granted, the newest first."""
    rows = ledger.execute("select * from waivers order by waiver_id desc").fetchall()
    return [
        Waiver(
            check=row["check_name"],
            because=row["reason"],
            signed_by=row["signed_by"],
            at=from_text(row["granted_at"]).replace(tzinfo=UTC),
            withdrawn=row["withdrawn_at"] is not None,
            used_by=row["used_by"] or "",
            release_id=row["release_id"] or "",
        )
        for row in rows
    ]


def use_waivers(ledger: Ledger, checks: Collection[str], *, run_id: str) -> None:
    """Enter, before its release is published, which waivers a run needed: they are spent."""
    with ledger.transaction():
        ledger.executemany(
            f"update waivers set used_by = ? where check_name = ? and {_OPEN}",
            [(run_id, check) for check in checks],
        )


def settle_waivers(ledger: Ledger, published: Mapping[str, str]) -> None:
    """Enter the releases of spent waivers; those of runs that never published are open again.

    `published` is run id to release id.
    """
    with ledger.transaction():
        spent = ledger.execute(
            "select waiver_id, used_by from waivers where used_by is not null and release_id is null"
        ).fetchall()
        ledger.executemany(
            "update waivers set release_id = ?, used_by = ? where waiver_id = ?",
            [
                (published.get(run_id), run_id if run_id in published else None, waiver_id)
                for waiver_id, run_id in spent
            ],
        )
