"""Table `waivers`: failed checks that a person lets pass once.

What a waiver lets through belongs to `quality`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta

from orchestration.core.records import FailedCheck, Waiver
from orchestration.ingestion.ledger.connection import Ledger
from orchestration.ingestion.ledger.times import from_text, to_seconds_text, utc_now

_OPEN = "withdrawn_at is null and used_by is null"


LASTS = timedelta(days=7)
"""How long a waiver may be used, where its end is not stated."""


def grant_waiver(
    ledger: Ledger,
    seen: FailedCheck,
    *,
    reason: str,
    signed_by: str,
    until: datetime | None = None,
) -> Waiver:
    """Enter that what a refresh has `seen` may pass once, `until` (UTC) at the latest.

    A waiver of the same check that is still open is withdrawn: the newer one counts.
    """
    now = utc_now()
    with ledger.transaction():
        withdraw_waiver(ledger, seen.check)
        added = ledger.execute(
            "insert into waivers (check_name, reason, signed_by, granted_at) values (?,?,?,?)",
            (seen.check, reason, signed_by, to_seconds_text(now)),
        )
        ledger.execute(
            "insert into waiver_scopes values (?,?,?,?,?)",
            (
                added.lastrowid,
                seen.run_id,
                seen.observed,
                seen.failures,
                to_seconds_text(
                    until.astimezone(UTC).replace(tzinfo=None) if until else now + LASTS
                ),
            ),
        )
    return next(waiver for waiver in all_waivers(ledger) if waiver.check == seen.check)


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
    rows = ledger.execute(
        "select w.*, s.run_id as seen_in, s.observed, s.failures, s.until from waivers as w "
        "left join waiver_scopes as s using (waiver_id) order by w.waiver_id desc"
    ).fetchall()
    return [
        Waiver(
            check=row["check_name"],
            because=row["reason"],
            signed_by=row["signed_by"],
            at=from_text(row["granted_at"]).replace(tzinfo=UTC),
            seen=FailedCheck(row["check_name"], row["seen_in"], row["observed"], row["failures"])
            if row["seen_in"]
            else None,
            until=from_text(row["until"]).replace(tzinfo=UTC) if row["until"] else None,
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
