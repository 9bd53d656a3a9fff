"""Gate 3: core figures by month beside their own history: of the company, and of its reps, teams and regions.

A release keeps the figures of its months (`history.json`), so that the next one knows which were released.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.quality.group_history import group_faults
from orchestration.quality.masking import shown
from orchestration.quality.measure_history import (
    FEWEST_DAYS,
    Fault,
    HistoryLimits,
    by_month,
    month_before,
    restated,
    unusual_month,
)
from orchestration.quality.measures import MEASURES, Day, Measure, days_of, groups_of
from orchestration.quality.outcomes import Cause, Finding
from orchestration.quality.registry import check
from orchestration.quality.subjects import Definitions, GateInput

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

HISTORY_FILE = "history.json"

HISTORY_LIMITS = HistoryLimits()

_CLOSED_DAYS = 20
"""How long after its end a month takes in what comes late."""


@dataclass(frozen=True)
class _Released:
    """What the last release showed: its data-as-of day, and measure to month to value."""

    as_of: date | None = None
    values: Mapping[str, Mapping[date, float]] = field(default_factory=dict)


def measure_names(definitions: Definitions) -> Mapping[str, str]:
    """One check per measure."""
    return {f"history.{measure.name}": measure.mart.partition(".")[2] for measure in MEASURES}


@check(
    gate=3,
    name="history.<measure>",
    scopes=("subject", "region", "team", "rep"),
    on="each core figure",
    names=measure_names,
    remedy="`embudo query METRIC --grain day`, and by rep, team or region, shows where the figure moves; look at "
    "the files of that month for rows delivered twice, in part or in another unit. If the figure is right, waive it.",
)
def measures_in_history(
    candidate: GateInput, *, history: HistoryLimits = HISTORY_LIMITS
) -> Iterator[Finding]:
    """Months since the last release beside the months before and the same month a year ago, with growth and season; of
    months that are not over, as many days.

    A month at another level on most of its days stops; single days and closures do not. Closed months that the last
    release had otherwise warn or stop. Reps with far more than the others, and many that have nothing, warn.
    """
    released = _read(candidate.previous)
    values: dict[str, dict[date, float]] = {}
    with candidate.databases.open() as connection:
        row = connection.execute("select as_of_on from warehouse.landing.settings").fetchone()
        as_of: date | None = row[0] if row else None
        for measure in MEASURES:
            days = days_of(connection, measure, as_of) if as_of is not None else {}
            values[measure.name] = {month: figure.value for month, figure in by_month(days).items()}
            faults = (
                _faults(connection, measure, days, values[measure.name], as_of, released, history)
                if as_of is not None and released.as_of is not None
                else []
            )
            yield _finding(measure, faults, months=len(values[measure.name]))
    _write(candidate.directory, _Released(as_of, values))


def _faults(
    connection: DuckDBPyConnection,
    measure: Measure,
    days: Mapping[date, Day],
    values: Mapping[date, float],
    as_of: date,
    released: _Released,
    limits: HistoryLimits,
) -> list[Fault]:
    assert released.as_of is not None
    faults, month = [], as_of.replace(day=1)
    last_month = released.as_of.replace(day=1)
    before = released.values.get(measure.name, {})
    while month >= last_month:
        unusual = unusual_month(days, month, as_of, limits)
        if unusual is not None and values[month] != before.get(month):
            faults.append(unusual)
        month = month_before(month)
    closed = (released.as_of - timedelta(days=_CLOSED_DAYS)).replace(day=1)
    faults += restated(days, before, closed, limits)
    if measure.by_rep and as_of > released.as_of and as_of.day >= FEWEST_DAYS:
        newest = as_of.replace(day=1)
        groups = groups_of(connection, measure, first=month_before(newest, 7), until=as_of)
        faults += group_faults(groups, newest)
    return faults


def _finding(measure: Measure, faults: list[Fault], *, months: int) -> Finding:
    name, subject = f"history.{measure.name}", measure.mart.partition(".")[2]
    expected = "months in line with those before and with the same month a year ago"
    if faults:
        causes = [_cause(fault) for fault in faults]
        return Finding.of_causes(causes, name=name, subject=subject, expected=expected)
    return Finding(
        passed=True,
        name=name,
        subject=subject,
        observed=f"{months} months, none unusual",
        expected=expected,
    )


def _cause(fault: Fault) -> Cause:
    (text,) = shown((fault.text,))
    return Cause(
        text=text,
        severity=fault.severity,
        keys=(f"{fault.month:%Y-%m}",),
        scope={fault.kind: fault.names} if fault.kind else {},
        beside_release=fault.beside_release,
    )


def _read(previous: Path | None) -> _Released:
    """What a release showed; nothing where there is none, or an older Embudo made it."""
    path = previous / HISTORY_FILE if previous is not None else None
    if path is None or not path.exists():
        return _Released()
    kept = json.loads(path.read_text(encoding="utf-8"))
    return _Released(
        as_of=date.fromisoformat(kept["as_of"]) if kept["as_of"] else None,
        values={
            name: {date.fromisoformat(month): value for month, value in months.items()}
            for name, months in kept["values"].items()
        },
    )


def _write(directory: Path, released: _Released) -> None:
    kept = {
        "as_of": released.as_of.isoformat() if released.as_of else None,
        "values": {
            name: {month.isoformat(): value for month, value in months.items()}
            for name, months in released.values.items()
        },
    }
    (directory / HISTORY_FILE).write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
