"""Gate 3e: what each mart's values look like, against the last release.

A release keeps the profiles of its marts (`profiles.json`), so that the next refresh looks at its own
marts only. Counting rows belongs to `row_counts`, single figures to `metric_sanity`.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from orchestration.core.records import CheckResult
from orchestration.quality.databases import Databases, identifier
from orchestration.quality.judgement import could_not_run, judged
from orchestration.quality.profiles import Profile, Tolerance, drifts, profile
from orchestration.quality.row_counts import marts_of

GATE = 3
PROFILES_FILE = "profiles.json"

_FEW = 60
"""Marts with fewer rows, and medians of fewer values, now or in the last release, have no looks to
speak of.
"""

_TOLERANCE = Tolerance(
    times=5,
    negative=0.05,
    nulls=0.15,
    kinds=0.25,
    hours=0.75,
    length=1.5,
    collapse=True,
    fewest=_FEW,
)
_OF_TODAY = frozenset({"customer.dim_customers", "funnel.fct_open_deals", "activity.fct_tasks"})
"""Marts that are judged at the data-as-of time: their flags move with the calendar."""

_NOT_COMPARED = frozenset({"core.dim_dates", "core.dim_past_dates", "performance.fct_load_rows"})
"""Calendars, and what tells of the loads themselves: gate 1 judges those."""


def drift_names(manifest: Mapping[str, Any]) -> dict[str, str]:
    """Check name to the mart that it looks at."""
    return {_name(mart): mart.split(".")[1] for mart in _compared(manifest)}


def check_drift(
    manifest: Mapping[str, Any], *, databases: Databases, previous: Path | None
) -> tuple[CheckResult, ...]:
    """One result a mart, whatever happens; the candidate's own profiles are written beside its
    databases. `previous` is the folder of the last release, None where there is none.
    """
    before = _read(previous / PROFILES_FILE) if previous is not None else {}
    results, found = [], {}
    try:
        with databases.open() as connection:
            for mart in _compared(manifest):
                began = time.monotonic()
                try:
                    found[mart] = profile(connection, _relation(mart))
                except databases.errors as error:
                    results.append(_broken(mart, str(error)))
                    continue
                check = _judged(mart, found[mart], before.get(mart, Profile(rows=0)))
                results.append(replace(check, seconds=round(time.monotonic() - began, 4)))
    except databases.errors as error:
        return tuple(_broken(mart, str(error)) for mart in _compared(manifest))
    _write(databases.marts.with_name(PROFILES_FILE), found)
    return tuple(results)


def _judged(mart: str, now: Profile, before: Profile) -> CheckResult:
    enough = min(now.rows, before.rows) >= _FEW
    tolerance = replace(_TOLERANCE, kinds=None) if mart in _OF_TODAY else _TOLERANCE
    found = drifts(now, before, tolerance) if enough else []
    return judged(
        gate=GATE,
        name=_name(mart),
        subject=mart.split(".")[1],
        good=not found,
        observed="; ".join(found[:4]) + (f"; and {len(found) - 4} more" if len(found) > 4 else "")
        if found
        else f"{len(now.columns)} columns as before"
        if enough
        else "too few rows to compare",
        expected="values like those of the last release",
        failures=len(found),
    )


def _compared(manifest: Mapping[str, Any]) -> list[str]:
    return [mart for mart in marts_of(manifest) if mart not in _NOT_COMPARED]


def _name(mart: str) -> str:
    return f"profile.{mart}"


def _relation(mart: str) -> str:
    return "marts." + ".".join(identifier(part) for part in mart.split("."))


def _read(path: Path) -> dict[str, Profile]:
    """The profiles of a release; none where an older Embudo made it."""
    if not path.exists():
        return {}
    found = json.loads(path.read_text(encoding="utf-8"))
    return {mart: Profile.from_json(json.dumps(fields)) for mart, fields in found.items()}


def _write(path: Path, found: Mapping[str, Profile]) -> None:
    texts = (f"{json.dumps(mart)}: {one.to_json()}" for mart, one in sorted(found.items()))
    path.write_text("{" + ",\n".join(texts) + "}", encoding="utf-8")


def _broken(mart: str, reason: str) -> CheckResult:
    return could_not_run(
        gate=GATE,
        name=_name(mart),
        subject=mart.split(".")[1],
        expected="a table to look at",
        reason=reason,
    )
