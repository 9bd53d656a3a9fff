"""Gate 1: the values of a load, compared with earlier loads of its stream."""

from __future__ import annotations

from typing import Annotated

from orchestration.quality.limits import About
from orchestration.quality.outcomes import Finding
from orchestration.quality.profile_changes import Tolerance, changes
from orchestration.quality.profiles import Profile, merged
from orchestration.quality.registry import check
from orchestration.quality.subjects import LandedLoad

HISTORY_LOADS = 5
"""Loads of a stream that make its usual values; their profiles have to be passed."""

_FEWEST = 30

WHAT_NO_DAY_EXPLAINS = Tolerance(
    times=20, negative=0.3, nulls=0.5, usual_nulls=0.01, fewest=_FEWEST
)
"""A load holds one day where history holds years: only what no day explains fails. The usual mistakes of a
unit are a factor of 60 and more.
"""


@check(
    gate=1,
    name="loads.values",
    on="each new load",
    per="load",
    remedy="Compare the file with an earlier one: the same columns, units and signs? Fix the mapping, or "
    "deliver the file again.",
)
def values(
    landed: LandedLoad,
    *,
    load_values: Tolerance = WHAT_NO_DAY_EXPLAINS,
    history_loads: Annotated[
        int, About("last loads of a stream that say what is usual", low=1)
    ] = HISTORY_LOADS,
    load_values_rows: Annotated[int, About("rows of a load whose values are compared")] = _FEWEST,
) -> Finding:
    """Values of a load, compared with its stream's last loads: a unit, a sign, an empty column."""
    before = landed.before[-history_loads:]
    known = [landed.profiles[b.load_id].profile for b in before if b.load_id in landed.profiles]
    past = merged(known) if known else Profile(rows=0)
    now = landed.profile
    enough = now is not None and min(now.profile.rows, past.rows) >= load_values_rows
    changed = changes(now.profile, past, load_values) if now is not None and enough else []
    return Finding(
        passed=not changed,
        observed=f"{'; '.join(changed) or 'as before' if enough else 'too few rows to tell'}, "
        f"{landed.name}",
        expected=f"values like those of its last {len(known)} load(s)",
        failures=len(changed),
    )
