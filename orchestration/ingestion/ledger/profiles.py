"""Table `load_profiles`: the profile of each load's values, as JSON text of `quality`."""

from __future__ import annotations

from collections.abc import Collection

from orchestration.ingestion.ledger.connection import Ledger


def record_profile(ledger: Ledger, load_id: str, profile: str) -> None:
    """Store the profile of a load's values, as `quality` writes it in JSON."""
    with ledger.transaction():
        ledger.execute(
            "insert or replace into load_profiles (load_id, profile) values (?,?)",
            (load_id, profile),
        )


def load_profiles(ledger: Ledger, load_ids: Collection[str]) -> dict[str, str]:
    """The profiles of those loads that have one."""
    profiles = {}
    for load_id in load_ids:
        row = ledger.execute(
            "select profile from load_profiles where load_id = ?", (load_id,)
        ).fetchone()
        if row is not None:
            profiles[load_id] = row["profile"]
    return profiles
