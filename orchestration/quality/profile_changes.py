"""Comparing two profiles of the same table: what keys and counts cannot find.

A unit that changed, a sign that flipped, a column that went empty, constant or into another one's place, a
clock that is off. Whether a change fails a check belongs to `checks`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

from orchestration.quality.limits import About
from orchestration.quality.profiles import ColumnProfile, Profile


@dataclass(frozen=True)
class Tolerance:
    """How far values may drift. Shares are of the rows, `times` a factor either way, `hours` of a day;
    None: not compared.
    """

    times: Annotated[float, About("times by which the median of a column may move", low=1)]
    negative: Annotated[float, About("rows by which those below zero may grow", high=1)]
    nulls: Annotated[float, About("rows by which empty ones may grow", high=1)]
    kinds: Annotated[float | None, About("rows that may have other values", high=1)] = None
    hours: Annotated[float | None, About("hours by which the middle of the day may move")] = None
    length: Annotated[float | None, About("times by which the length of texts may move", low=1)] = (
        None
    )
    collapse: Annotated[bool, About("whether a column that has one value only fails")] = False
    """Whether a column of many values may not become one of a single value."""
    usual_nulls: Annotated[
        float, About("empty rows above which a column is not compared", high=1)
    ] = 1.0
    """Columns that were empty in more than such a share are not compared by `nulls`."""
    fewest: Annotated[int, About("values of a column whose medians are compared")] = 1
    """Values that a column holds, now and before, for their medians to be compared: one more among
    twenty moves the middle of the day by hours.
    """


def changes(now: Profile, before: Profile, tolerance: Tolerance) -> list[str]:
    """What differs from the earlier profile, in words with the column's name and both figures."""
    changed = []
    for name, column in now.columns.items():
        was = before.columns.get(name)
        if was is not None:
            rows = (now.rows, before.rows)
            changed += [f"{name} {text}" for text in _changes_of(column, was, rows, tolerance)]
    return changed


def _changes_of(
    now: ColumnProfile, was: ColumnProfile, rows: tuple[int, int], tolerance: Tolerance
) -> list[str]:
    changed = []
    allowed = tolerance.nulls + _noise(rows[0])
    if was.nulls <= tolerance.usual_nulls and now.nulls - was.nulls > allowed:
        changed.append(f"is empty in {now.nulls:.0%} of the rows ({was.nulls:.0%} before)")
    if now.nulls == 1 or was.nulls == 1:
        return changed
    values = rows[0] * (1 - now.nulls)
    if min(values, rows[1] * (1 - was.nulls)) >= tolerance.fewest:
        changed += _moved_medians(now, was, tolerance)
    if (now.negative or 0) - (was.negative or 0) > tolerance.negative + _noise(values):
        changed.append(
            f"is negative in {now.negative:.0%} of the rows ({was.negative or 0:.0%} before)"
        )
    if tolerance.collapse and was.distinct >= 3 and now.distinct == 1:
        changed.append(f"has a single value ({was.distinct:,} values before)")
    if (
        tolerance.length is not None
        and was.length
        and now.length is not None
        and not 1 / tolerance.length <= max(now.length, 0.1) / was.length <= tolerance.length
    ):
        changed.append(f"is {now.length:.1f} characters long ({was.length:.1f} before)")
    if tolerance.kinds is not None and now.kinds and was.kinds:
        moved = sum(max(share - was.kinds.get(kind, 0.0), 0.0) for kind, share in now.kinds.items())
        if moved > tolerance.kinds + _noise(values):
            changed.append(f"has other values in {moved:.0%} of the rows")
    return changed


def _moved_medians(now: ColumnProfile, was: ColumnProfile, tolerance: Tolerance) -> list[str]:
    changed = []
    if now.size and was.size and not 1 / tolerance.times <= now.size / was.size <= tolerance.times:
        changed.append(f"is typically {now.size:,.6g} ({was.size:,.6g} before)")
    if tolerance.hours is not None and now.local_hour is not None and was.local_hour is not None:
        apart = abs(now.local_hour - was.local_hour)
        if min(apart, 24 - apart) > tolerance.hours:
            changed.append(
                f"is at {now.local_hour:.1f} h in the middle ({was.local_hour:.1f} h before)"
            )
    return changed


def _noise(count: float) -> float:
    """By how much a share of so many moves by chance."""
    return 1 / math.sqrt(max(count, 1))
