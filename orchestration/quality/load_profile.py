"""The profile of a landed file: what its values look like, and how many rows repeat a key.

Profiling any table belongs to `profiles`; comparing profiles to `profile_changes`.
"""

from __future__ import annotations

import dataclasses
import glob
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orchestration.quality.databases import identifier, literal
from orchestration.quality.profiles import Profile, profile

_SAMPLE = 3


@dataclass(frozen=True)
class ExponentIds:
    """Ids of a column that look like a number with an exponent; `lines` are where some are."""

    column: str
    rows: int
    lines: tuple[str, ...]


@dataclass(frozen=True)
class LoadProfile:
    """What a load's rows look like. `repeated` are rows whose key (and time of change, where the stream has
    one) stands in the same file with other values; `exponents` ids that look like a number with an exponent.
    """

    profile: Profile
    repeated: int = 0
    repeated_lines: tuple[str, ...] = ()
    """Some of those rows: file and line."""
    exponents: tuple[ExponentIds, ...] = ()
    resolved: int = 0
    """Quarantined rows that a later file has replaced by good ones."""
    quarantined: tuple[str, ...] = ()
    """Some of the other quarantined rows: file, line and reason."""

    def to_json(self) -> str:
        """As text that `from_json` reads, without the resolved rows."""
        return json.dumps(
            {
                "repeated": self.repeated,
                "repeated_lines": self.repeated_lines,
                "exponents": [dataclasses.asdict(column) for column in self.exponents],
                "profile": self.profile.to_json(),
            }
        )

    @classmethod
    def from_json(cls, text: str, *, resolved: int = 0) -> LoadProfile:
        """The profile in a text."""
        fields = json.loads(text)
        return cls(
            profile=Profile.from_json(fields["profile"]),
            repeated=int(fields["repeated"]),
            repeated_lines=tuple(fields.get("repeated_lines", ())),
            exponents=tuple(
                ExponentIds(**{**column, "lines": tuple(column["lines"])})
                for column in fields.get("exponents", ())
            ),
            resolved=resolved,
        )

    @classmethod
    def of(
        cls,
        file: Path,
        *,
        keys: Sequence[str],
        newest_by: str | None,
        ids: Sequence[str] = (),
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
            repeated = 0
            lines: tuple[str, ...] = ()
            if keys:
                same = [*keys, *([newest_by] if newest_by else []), "_file"]
                content = [name for name in names if not name.startswith("_")] + ["_is_deleted"]
                repeated, lines = _differing(connection, rows, same, content)
            exponents = tuple(
                exponent_ids
                for name in ids
                if (exponent_ids := _exponents(connection, rows, name)) is not None
            )
        return cls(profile=values, repeated=repeated, repeated_lines=lines, exponents=exponents)


def _differing(
    connection: Any, rows: str, same: Sequence[str], content: Sequence[str]
) -> tuple[int, tuple[str, ...]]:
    """How many rows share `same` with another and differ in `content`, beyond one of each; where some are."""
    by = ", ".join(identifier(name) for name in same)
    compared = ", ".join(identifier(name) for name in content)
    counted = connection.execute(
        f"""
        with versions as (
            select {by}, hash({compared}) as content, min(_line) as line from {rows} group by all
        ),
        repeated as (
            select _file, min(line) as line, max(line) as other, count(*) - 1 as times
            from versions group by {by} having count(*) > 1
        )
        select coalesce(sum(times), 0),
            (select list(place) from (
                select _file || ' lines ' || line || ' and ' || other as place
                from repeated order by _file, line limit {_SAMPLE}
            ))
        from repeated
        """
    ).fetchone()
    return int(counted[0]), tuple(counted[1] or ())


def _exponents(connection: Any, rows: str, name: str) -> ExponentIds | None:
    """Ids like `12E4`, unless the column holds hexadecimal ones, of which some look so."""
    column = identifier(name)
    pattern = r"\d{1,6}[eE]\d{1,2}"
    counts = connection.execute(
        f"""
        select count(*) filter (regexp_full_match({column}, '{pattern}')),
            min_by(_file || ' line ' || _line, _line, {_SAMPLE})
                filter (regexp_full_match({column}, '{pattern}')),
            count(*) filter (regexp_full_match(lower({column}), '[0-9a-f-]*[abcdf][0-9a-f-]*'))
        from {rows}
        """
    ).fetchone()
    return (
        ExponentIds(name, int(counts[0]), tuple(counts[1])) if counts[0] and not counts[2] else None
    )
