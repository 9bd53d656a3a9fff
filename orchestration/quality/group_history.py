"""Reps, teams and regions whose part of a figure moved: some have twice as much, or many have nothing any more.

All are compared with what the others do in the same month, so that a season or a campaign moves none of them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from statistics import median

from orchestration.core.records import Severity
from orchestration.quality.measure_history import Fault, month_before
from orchestration.quality.measures import Groups

_MONTHS, _FEWEST_MONTHS, _FEWEST_ROWS = 6, 4, 20
_TIMES, _DEVIATIONS, _LEAST_SPREAD = 1.7, 2.6, 0.15
_NOTHING, _MANY, _FEWEST = 0.1, 0.15, 3
"""The part of what is expected below which somebody has nothing, and how many must: one rep may have left. With fewer
members there are no others to compare with.
"""

_SHOWN = 4
_SEVERITY: Severity = "warn"


def group_faults(groups: Groups, month: date) -> Iterator[Fault]:
    """What is unusual of reps, teams and regions in a month, beside the months before; who is missing is said of the
    largest groups that are.
    """
    is_missing_said = False
    for kind in ("region", "team", "rep"):
        members = groups.get(kind, {})
        usual = {name: _usual(rows, month) for name, rows in members.items()}
        known = {name: rows for name, rows in usual.items() if rows >= _FEWEST_ROWS}
        factors = {name: members[name].get(month, 0) / rows for name, rows in known.items()}
        level = median(factors.values()) if len(known) >= _FEWEST else 0.0
        if level <= 0:
            continue
        parts = {name: factor / level for name, factor in factors.items()}
        more = [
            name
            for name, part in parts.items()
            if _is_more(members[name], month, part, known[name] * level)
        ]
        if more and kind == "rep" and level < _TIMES:
            yield _fault(
                "far more than the others beside the months before", kind, more, parts, month
            )
        missing = [name for name, part in parts.items() if part < _NOTHING]
        fewest = _FEWEST if kind == "rep" else 1
        is_many = len(missing) >= max(fewest, _MANY * len(known))
        if is_many and not is_missing_said and not _replaced(members, missing, known, month):
            is_missing_said = True
            yield _fault("hardly anything any more", kind, missing, parts, month)


def _usual(rows: Mapping[date, int], month: date) -> float:
    """The middle of the last months; 0 where there are too few of them."""
    before = [rows.get(month_before(month, count), 0) for count in range(1, _MONTHS + 1)]
    filled = [count for count in before if count]
    return median(filled) if len(filled) >= _FEWEST_MONTHS and before[0] else 0.0


def _is_more(rows: Mapping[date, int], month: date, factor: float, expected: float) -> bool:
    before = [rows.get(month_before(month, count), 0) for count in range(1, _MONTHS + 1)]
    filled = [count for count in before if count]
    spread = median(abs(count / median(filled) - 1) for count in filled) * 1.4826
    error = math.sqrt(max(spread, _LEAST_SPREAD) ** 2 + 1 / expected)
    return (
        factor >= _TIMES
        and math.log(factor) >= _DEVIATIONS * error
        and factor * expected > max(filled)
    )


def _replaced(
    members: Mapping[str, Mapping[date, int]],
    missing: Sequence[str],
    known: Mapping[str, float],
    month: date,
) -> bool:
    """Whether new ones have as much as half of what is missing: a team that was renamed or divided."""
    new = sum(
        rows.get(month, 0)
        for name, rows in members.items()
        if not any(known_month < month for known_month in rows)
    )
    return new >= sum(known[name] for name in missing) / 2


def _fault(
    text: str, kind: str, names: Sequence[str], parts: Mapping[str, float], month: date
) -> Fault:
    ordered = sorted(names, key=lambda name: (-abs(math.log(max(parts[name], 0.01))), name))
    listed = ", ".join(f"{name} {parts[name]:.2g} times" for name in ordered[:_SHOWN])
    more = f" and {len(ordered) - _SHOWN} more" if len(ordered) > _SHOWN else ""
    return Fault(
        f"{len(names)} of {len(parts)} {kind}s with {text} in {month:%Y-%m}: {listed}{more}",
        _SEVERITY,
        month,
        kind,
        tuple(ordered),
    )
