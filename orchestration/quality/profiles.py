"""What the values of a table look like, and whether they still look like that.

A profile is shares, medians and fingerprints of values, never a value itself. It finds what keys and
counts cannot: a unit that changed, a sign that flipped, a column that went empty, constant or into
another one's place, a clock that is off. Whether a drift stops a refresh belongs to `loads` and `drift`.
"""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from orchestration.quality.databases import identifier

_FEW = 24
"""A text column with at most so many values is a list of kinds, whose shares are kept."""

_NUMBERS = ("DECIMAL", "DOUBLE", "FLOAT", "BIGINT", "INTEGER", "HUGEINT", "SMALLINT")
_NO_MEASURES = ("_id", "_no", "_key", "_seq", "_year", "_count", "_day", "_month", "_on")


@dataclass(frozen=True)
class ColumnProfile:
    """One column. `nulls` and `negative` are shares of the rows, `size` is the median of the absolute
    values, `length` the mean length of texts, `hour` the median hour of day (UTC), `kinds` the share
    of each value by its fingerprint, where there are few values.
    """

    nulls: float
    distinct: int
    negative: float | None = None
    size: float | None = None
    length: float | None = None
    hour: float | None = None
    kinds: Mapping[str, float] | None = None


@dataclass(frozen=True)
class Profile:
    """One table or load."""

    rows: int
    columns: Mapping[str, ColumnProfile] = field(default_factory=dict)

    def to_json(self) -> str:
        """As text that `from_json` reads."""
        return json.dumps(dataclasses.asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Profile:
        """The profile in a text; raises ValueError, KeyError or TypeError where it is none."""
        found = json.loads(text)
        columns = {name: ColumnProfile(**column) for name, column in found["columns"].items()}
        return cls(rows=int(found["rows"]), columns=columns)


def profile(connection: Any, relation: str, *, leave_out: Sequence[str] = ()) -> Profile:
    """Profile a table, a view, or a table function's rows; `leave_out` are columns nobody compares.

    Raises what DuckDB raises.
    """
    types = {
        row[0]: str(row[1]).split("(")[0]
        for row in connection.execute(f"describe select * from {relation}").fetchall()
        if row[0] not in leave_out
    }
    asked = ["count(*)"]
    for name, kind in types.items():
        asked += _questions(identifier(name), name, kind)
    row = connection.execute(f"select {', '.join(asked)} from {relation}").fetchone()
    rows, answers = int(row[0]), iter(row[1:])
    columns = {}
    for name in types:
        found, distinct, negative, size, length, hour = (next(answers) for _ in range(6))
        columns[name] = ColumnProfile(
            nulls=1 - found / rows if rows else 0.0,
            distinct=int(distinct),
            negative=negative,
            size=size,
            length=length,
            hour=hour,
        )
    few = [
        name
        for name, kind in types.items()
        if kind in ("VARCHAR", "BOOLEAN") and 0 < columns[name].distinct <= _FEW
    ]
    if few:
        asked = [f"histogram(left(md5({identifier(name)}::varchar), 8))" for name in few]
        counted = connection.execute(f"select {', '.join(asked)} from {relation}").fetchone()
        for name, histogram in zip(few, counted, strict=True):
            all_of_them = sum(histogram.values())
            kinds = {mark: count / all_of_them for mark, count in histogram.items()}
            columns[name] = dataclasses.replace(columns[name], kinds=kinds)
    return Profile(rows=rows, columns=columns)


def _questions(quoted: str, name: str, kind: str) -> list[str]:
    measured = kind in _NUMBERS and not name.endswith(_NO_MEASURES)
    return [
        f"count({quoted})",
        f"approx_count_distinct({quoted})",
        f"avg(({quoted} < 0)::int)" if measured else "null",
        f"approx_quantile(abs({quoted})::double, 0.5) filter ({quoted} <> 0)"
        if measured
        else "null",
        f"avg(length({quoted}))" if kind == "VARCHAR" else "null",
        f"approx_quantile(hour({quoted}) + minute({quoted}) / 60, 0.5)"
        if kind == "TIMESTAMP"
        else "null",
    ]


@dataclass(frozen=True)
class Tolerance:
    """How far values may drift. Shares are of the rows, `times` a factor either way, `hours` of a day;
    None: not compared.
    """

    times: float
    negative: float
    nulls: float
    kinds: float | None = None
    hours: float | None = None
    length: float | None = None
    collapse: bool = False
    """Whether a column of many values may not become one of a single value."""
    usual_nulls: float = 1.0
    """Columns that were empty in more than such a share are not held against `nulls`."""
    fewest: int = 1
    """Values that a column holds, now and before, for their medians to be compared: one more among
    twenty moves the middle of the day by hours.
    """


def drifts(now: Profile, before: Profile, tolerance: Tolerance) -> list[str]:
    """What no longer looks as it did, in words with the column's name and both figures."""
    found = []
    for name, column in now.columns.items():
        was = before.columns.get(name)
        if was is not None:
            rows = (now.rows, before.rows)
            found += [f"{name} {text}" for text in _drifts_of(column, was, rows, tolerance)]
    return found


def _drifts_of(
    now: ColumnProfile, was: ColumnProfile, rows: tuple[int, int], tolerance: Tolerance
) -> list[str]:
    found = []
    allowed = tolerance.nulls + _noise(rows[0])
    if was.nulls <= tolerance.usual_nulls and now.nulls - was.nulls > allowed:
        found.append(f"is empty in {now.nulls:.0%} of the rows ({was.nulls:.0%} before)")
    if now.nulls == 1 or was.nulls == 1:
        return found
    values = rows[0] * (1 - now.nulls)
    if min(values, rows[1] * (1 - was.nulls)) >= tolerance.fewest:
        found += _moved_medians(now, was, tolerance)
    if (now.negative or 0) - (was.negative or 0) > tolerance.negative + _noise(values):
        found.append(
            f"is negative in {now.negative:.0%} of the rows ({was.negative or 0:.0%} before)"
        )
    if tolerance.collapse and was.distinct >= 3 and now.distinct == 1:
        found.append(f"has a single value ({was.distinct:,} values before)")
    if (
        tolerance.length is not None
        and was.length
        and now.length is not None
        and not 1 / tolerance.length <= max(now.length, 0.1) / was.length <= tolerance.length
    ):
        found.append(f"is {now.length:.1f} characters long ({was.length:.1f} before)")
    if tolerance.kinds is not None and now.kinds and was.kinds:
        moved = sum(max(share - was.kinds.get(kind, 0.0), 0.0) for kind, share in now.kinds.items())
        if moved > tolerance.kinds + _noise(values):
            found.append(f"has other values in {moved:.0%} of the rows")
    return found


def _moved_medians(now: ColumnProfile, was: ColumnProfile, tolerance: Tolerance) -> list[str]:
    found = []
    if now.size and was.size and not 1 / tolerance.times <= now.size / was.size <= tolerance.times:
        found.append(f"is typically {now.size:,.6g} ({was.size:,.6g} before)")
    if tolerance.hours is not None and now.hour is not None and was.hour is not None:
        apart = abs(now.hour - was.hour)
        if min(apart, 24 - apart) > tolerance.hours:
            found.append(f"is at {now.hour:.1f} h in the middle ({was.hour:.1f} h before, UTC)")
    return found


def _noise(count: float) -> float:
    """By how much a share of so many moves by chance."""
    return 1 / math.sqrt(max(count, 1))


def merged(profiles: Sequence[Profile]) -> Profile:
    """Several loads as one: means by rows; medians of a load stand for its rows. Raises IndexError
    for none.
    """
    largest = sorted(profiles, key=lambda p: p.rows)[-1]
    rows = sum(p.rows for p in profiles)
    columns = {}
    for name, column in largest.columns.items():
        same = [(p.rows, p.columns[name]) for p in profiles if name in p.columns and p.rows]
        weight = sum(n for n, _ in same) or 1
        columns[name] = dataclasses.replace(
            column,
            nulls=sum(n * c.nulls for n, c in same) / weight,
            negative=max((c.negative or 0.0 for _, c in same), default=None)
            if column.negative is not None
            else None,
        )
    return Profile(rows=rows, columns=columns)
