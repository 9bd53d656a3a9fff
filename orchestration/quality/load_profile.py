"""The profile of a landed file: what its values look like, and how many rows repeat a key.

Profiling any table belongs to `profiles`; comparing profiles to `profile_changes`.
"""

from __future__ import annotations

import glob
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from orchestration.quality.databases import identifier, literal
from orchestration.quality.profiles import Profile, profile


@dataclass(frozen=True)
class LoadProfile:
    """What a load's rows look like. `repeated` are rows whose key (and time of change, where the stream has
    one) stands twice in the same file.
    """

    profile: Profile
    repeated: int = 0
    resolved: int = 0
    """Quarantined rows that a later file has replaced by good ones."""

    def to_json(self) -> str:
        """As text that `from_json` reads, without the resolved rows."""
        return json.dumps({"repeated": self.repeated, "profile": self.profile.to_json()})

    @classmethod
    def from_json(cls, text: str, *, resolved: int = 0) -> LoadProfile:
        """The profile in a text."""
        fields = json.loads(text)
        return cls(
            profile=Profile.from_json(fields["profile"]),
            repeated=int(fields["repeated"]),
            resolved=resolved,
        )

    @classmethod
    def of(
        cls,
        file: Path,
        *,
        keys: Sequence[str],
        newest_by: str | None,
        private: Collection[str] = (),
    ) -> LoadProfile:
        """Profile a landed file, without private columns and ingestion's own (those with `_`)."""
        import duckdb

        rows = f"read_parquet({literal(glob.escape(str(file)))})"
        with duckdb.connect() as connection:
            connection.execute("set TimeZone = 'UTC'")
            names = [row[0] for row in connection.execute(f"describe from {rows}").fetchall()]
            values = profile(
                connection,
                rows,
                leave_out=[name for name in names if name.startswith("_") or name in private],
            )
            repeated = None
            if keys:
                same = ", ".join(identifier(k) for k in (*keys, newest_by or keys[0], "_file"))
                repeated = connection.execute(
                    f"select sum(times - 1) from (select count(*) as times from {rows} group by {same})"
                ).fetchone()
        return cls(profile=values, repeated=int((repeated or (0,))[0] or 0))
