"""Gate 1: how far a source is behind the others."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated

from orchestration.quality.limits import About
from orchestration.quality.outcomes import Finding
from orchestration.quality.registry import check
from orchestration.quality.subjects import LandedSource


@check(
    gate=1,
    name="loads.freshness",
    on="each source",
    per="source",
    policy="warn",
    remedy="Deliver newer files of the source; where it is silent for as long as a rule, raise its "
    "`limits.silent_days`.",
)
def freshness(
    subject: LandedSource,
    *,
    silent_days: Annotated[int, About("days that a source may be behind the others", low=1)] = 14,
) -> Iterator[Finding]:
    """Days that a source is behind the newest of the others, by business time where it has one, else by
    its last load.

    The wall clock plays no part, so that a replay of old files is checked as the files were.
    """
    source = subject.source
    landed: dict[str, datetime] = {}
    for load in subject.loads:
        landed[load.source] = max(load.landed_at, landed.get(load.source, load.landed_at))
    if source not in landed:
        return
    times = subject.newest if source in subject.newest else landed
    others = [at for name, at in times.items() if name != source]
    behind = max(others) - times[source] if others else None
    days = max(behind.days, 0) if behind is not None else 0
    what = "newest row" if source in subject.newest else "last load"
    yield Finding(
        passed=days <= silent_days,
        subject=source,
        observed=f"its {what} is of {times[source]:%Y-%m-%d}, {days} day(s) before the "
        "newest of the other sources",
        expected=f"at most {silent_days} day(s) of silence",
        failures=days,
    )
