"""Gate 3: the profile of each mart's values, compared with the last release.

A release keeps the profiles of its marts (`profiles.json`), so that the next refresh profiles only its own.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated

from orchestration.quality.databases import company_zone
from orchestration.quality.limits import About
from orchestration.quality.marts import marts_of, relation_of, table_of
from orchestration.quality.outcomes import Finding, could_not_run
from orchestration.quality.profile_changes import Tolerance, changes
from orchestration.quality.profiles import Profile
from orchestration.quality.profiles import profile as profile_of
from orchestration.quality.registry import check
from orchestration.quality.subjects import Definitions, GateInput

PROFILES_FILE = "profiles.json"

_FEWEST = 60

BETWEEN_RELEASES = Tolerance(
    times=5,
    negative=0.05,
    nulls=0.15,
    kinds=0.25,
    hours=1.25,
    length=1.5,
    collapse=True,
    fewest=_FEWEST,
)
_AS_OF_TODAY = frozenset({"customer.dim_customers", "funnel.fct_open_deals", "activity.fct_tasks"})
"""Marts as of the data-as-of time: their flags move with the calendar."""

_NOT_COMPARED = frozenset({"core.dim_dates", "core.dim_past_dates", "performance.fct_load_rows"})
"""Calendars, and the rows of the loads themselves, which gate 1 checks."""

_SHOWN = 4


def drift_names(definitions: Definitions) -> Mapping[str, str]:
    """One check per mart, calendars apart."""
    return {f"profile.{mart}": table_of(mart) for mart in _compared(definitions)}


@check(
    gate=3,
    name="profile.<mart>",
    compares="columns",
    on="each mart",
    names=drift_names,
    remedy="Look at the last files of the streams behind the mart: a column that is empty, in another unit, "
    "or mapped to another field. If the change is meant, waive it.",
)
def profile_drift(
    candidate: GateInput,
    *,
    profile: Tolerance = BETWEEN_RELEASES,
    profile_rows: Annotated[int, About("rows of a mart whose values are compared")] = _FEWEST,
) -> Iterator[Finding]:
    """Values of a mart, compared with the last release: empty, constant, of another unit, sign, hour or length.

    The candidate's own profiles are written beside its databases.
    """
    databases, previous = candidate.databases, candidate.previous
    before = _read(previous / PROFILES_FILE) if previous is not None else {}
    profiles: dict[str, Profile] = {}
    with databases.open() as connection:
        zone = company_zone(connection)
        for mart in _compared(candidate.definitions):
            name, subject, began = f"profile.{mart}", table_of(mart), time.monotonic()
            try:
                profiles[mart] = profile_of(connection, relation_of(mart), hours_in=zone)
            except databases.errors as error:
                yield could_not_run(
                    name=name, subject=subject, expected="a table to profile", reason=str(error)
                )
                continue
            own = replace(profile, kinds=None) if mart in _AS_OF_TODAY else profile
            finding = _compare(
                profiles[mart], before.get(mart, Profile(rows=0)), own, fewest_rows=profile_rows
            )
            seconds = round(time.monotonic() - began, 4)
            yield replace(finding, name=name, subject=subject, seconds=seconds)
    _write(databases.marts.with_name(PROFILES_FILE), profiles)


def _compare(now: Profile, before: Profile, tolerance: Tolerance, *, fewest_rows: int) -> Finding:
    enough = min(now.rows, before.rows) >= fewest_rows
    changed = changes(now, before, tolerance) if enough else []
    more = f"; and {len(changed) - _SHOWN} more" if len(changed) > _SHOWN else ""
    same = f"{len(now.columns)} columns as before" if enough else "too few rows to compare"
    return Finding(
        passed=not changed,
        observed="; ".join(changed[:_SHOWN]) + more if changed else same,
        expected="values like those of the last release",
        failures=len(changed),
    )


def _compared(definitions: Definitions) -> list[str]:
    return [mart for mart in marts_of(definitions.manifest) if mart not in _NOT_COMPARED]


def _read(path: Path) -> dict[str, Profile]:
    """The profiles of a release; none where an older Embudo made it."""
    if not path.exists():
        return {}
    fields = json.loads(path.read_text(encoding="utf-8"))
    return {mart: Profile.from_json(json.dumps(columns)) for mart, columns in fields.items()}


def _write(path: Path, profiles: Mapping[str, Profile]) -> None:
    texts = (
        f"{json.dumps(mart)}: {profile_of_mart.to_json()}"
        for mart, profile_of_mart in sorted(profiles.items())
    )
    path.write_text("{" + ",\n".join(texts) + "}", encoding="utf-8")
