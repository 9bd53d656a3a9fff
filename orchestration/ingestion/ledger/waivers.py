"""What the ledger remembers for the gate: loads set aside, looks of loads, breaches accepted by hand.

Part of `Ledger`. Judging, and what an acceptance lets through, belongs to `quality`.
"""

from __future__ import annotations

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime

from orchestration.core.records import QuarantinedLoad, Waiver

_OPEN = "withdrawn_at is null and used_by is null"


class GateRecords(ABC):
    """The gate's tables of an open ledger; each method is one transaction."""

    _db: sqlite3.Connection

    @abstractmethod
    def transaction(self) -> AbstractContextManager[None]:
        """All or nothing for the statements inside."""

    # loads set aside

    def quarantine_load(self, load_id: str, *, check: str, reason: str, run_id: str) -> None:
        """From now on the load counts in no build; its rows and files stay as they are."""
        with self.transaction():
            self._db.execute(
                "insert into quarantined_loads (load_id, check_name, reason, run_id, at) "
                "values (?,?,?,?,?)",
                (load_id, check, reason, run_id, _now()),
            )

    def reinstate_load(self, load_id: str, *, run_id: str, because: str) -> None:
        """A load that was set aside counts again."""
        with self.transaction():
            self._db.execute(
                "update quarantined_loads set taken_in_by = ?, taken_in_because = ? "
                "where load_id = ? and taken_in_by is null",
                (run_id, because, load_id),
            )

    def quarantined_loads(self) -> list[QuarantinedLoad]:
        """Loads that are set aside and that no later file has made good, in order."""
        rows = self._db.execute(
            "select s.load_id, l.source, l.stream, s.check_name, s.reason, s.run_id, s.at, "
            "l.rows_landed from quarantined_loads s join loads l using (load_id) "
            "where s.taken_in_by is null and exists (select 1 from load_files f "
            "where f.load_id = s.load_id and f.resolved_by is null) order by l.load_seq"
        ).fetchall()
        return [
            QuarantinedLoad(
                load_id=row["load_id"],
                source=row["source"],
                stream=row["stream"],
                check=row["check_name"],
                reason=row["reason"],
                run_id=row["run_id"],
                at=datetime.fromisoformat(row["at"]),
                rows_landed=row["rows_landed"],
            )
            for row in rows
        ]

    def settled_loads(self) -> frozenset[str]:
        """Loads all of whose files have come again since: what was wrong with them is past."""
        rows = self._db.execute(
            "select load_id from load_files group by load_id having count(*) = count(resolved_by)"
        ).fetchall()
        return frozenset(row["load_id"] for row in rows)

    def mended_rows(self) -> dict[str, int]:
        """Load to those of its quarantined rows that a later file has made good."""
        rows = self._db.execute(
            "select load_id, sum(rows_quarantined) as mended from load_files "
            "where resolved_by is not null and rows_quarantined > 0 group by load_id"
        ).fetchall()
        return {row["load_id"]: int(row["mended"]) for row in rows}

    def newest_business_times(self) -> dict[str, datetime]:
        """Source to its latest business timestamp landed (naive UTC); sources without any are left out."""
        rows = self._db.execute(
            "select source, max(business_max) as newest from load_files group by source "
            "having max(business_max) is not null"
        ).fetchall()
        return {row["source"]: datetime.fromisoformat(row["newest"]) for row in rows}

    # looks of loads

    def note_profile(self, load_id: str, profile: str) -> None:
        """Keep what a load's values look like, as `quality` tells it in JSON."""
        with self.transaction():
            self._db.execute(
                "insert or replace into load_profiles (load_id, profile) values (?,?)",
                (load_id, profile),
            )

    def profiles(self, load_ids: Collection[str]) -> dict[str, str]:
        """The profiles of those loads that have one."""
        return {
            load_id: row["profile"]
            for load_id in load_ids
            if (
                row := self._db.execute(
                    "select profile from load_profiles where load_id = ?", (load_id,)
                ).fetchone()
            )
        }

    # breaches accepted by hand

    def accept(self, check: str, *, because: str, signed_by: str) -> Waiver:
        """Enter that a breach of `check` (a name, or `name on subject`) may pass once.

        An acceptance of the same check that is still open is withdrawn: the newer one counts.
        """
        self.withdraw(check)
        with self.transaction():
            self._db.execute(
                "insert into waivers (check_name, because, signed_by, at) values (?,?,?,?)",
                (check, because, signed_by, _now()),
            )
        return next(one for one in self.open_waivers() if one.check == check)

    def withdraw(self, check: str) -> bool:
        """Take back an acceptance that no release has used; whether there was one."""
        with self.transaction():
            done = self._db.execute(
                f"update waivers set withdrawn_at = ? where check_name = ? and {_OPEN}",
                (_now(), check),
            )
        return done.rowcount > 0

    def open_waivers(self) -> list[Waiver]:
        """Those that the next refresh may use."""
        return [one for one in self.waivers() if one.is_open]

    def waivers(self) -> list[Waiver]:
        """All that were ever given, the newest first."""
        rows = self._db.execute("select * from waivers order by acceptance_id desc").fetchall()
        return [
            Waiver(
                check=row["check_name"],
                because=row["because"],
                signed_by=row["signed_by"],
                at=datetime.fromisoformat(row["at"]).replace(tzinfo=UTC),
                withdrawn=row["withdrawn_at"] is not None,
                used_by=row["used_by"] or "",
                release_id=row["release_id"] or "",
            )
            for row in rows
        ]

    def use_waivers(self, checks: Collection[str], *, run_id: str) -> None:
        """Enter, before its release is published, which waivers a run needed: they are spent."""
        with self.transaction():
            self._db.executemany(
                f"update waivers set used_by = ? where check_name = ? and {_OPEN}",
                [(run_id, check) for check in checks],
            )

    def settle_waivers(self, published: Mapping[str, str]) -> None:
        """Tie spent waivers to their release, and give back those of a run that was killed before
        it published. `published` is run id to release id.
        """
        with self.transaction():
            rows = list(self._spent_without_release())
            self._db.executemany(
                "update waivers set release_id = ?, used_by = ? where acceptance_id = ?",
                [
                    (published.get(run), run if run in published else None, number)
                    for number, run in rows
                ],
            )

    def _spent_without_release(self) -> Iterator[tuple[int, str]]:
        rows = self._db.execute(
            "select acceptance_id, used_by from waivers "
            "where used_by is not null and release_id is null"
        ).fetchall()
        return ((row["acceptance_id"], row["used_by"]) for row in rows)


def _now() -> str:
    return datetime.now(UTC).replace(tzinfo=None).isoformat(sep=" ", timespec="seconds")
