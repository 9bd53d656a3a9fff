"""Periods as people write them: 2026-05-13, 2026-W20, 2026-05, 2026-Q2, 2026."""

from __future__ import annotations

import re
from datetime import date

from orchestration.core.errors import QueryInvalid
from semantic_layer.records import GRAINS, Grain

_FORMS: tuple[tuple[Grain, str], ...] = (
    ("day", r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})"),
    ("week", r"(?P<year>\d{4})-?W(?P<week>\d{1,2})"),
    ("month", r"(?P<year>\d{4})-(?P<month>\d{2})"),
    ("quarter", r"(?P<year>\d{4})-?Q(?P<quarter>[1-4])"),
    ("year", r"(?P<year>\d{4})"),
)


def read_period(text: str) -> tuple[Grain, date]:
    """Grain and first day of a written period; raises `QueryInvalid` for anything else."""
    for grain, form in _FORMS:
        match = re.fullmatch(form, text.strip(), re.IGNORECASE)
        if match is None:
            continue
        part = {name: int(value) for name, value in match.groupdict().items()}
        try:
            if grain == "week":
                return grain, date.fromisocalendar(part["year"], part["week"], 1)
            month = part.get("month", 3 * part.get("quarter", 1) - 2)
            return grain, date(part["year"], month, part.get("day", 1))
        except ValueError:
            break
    raise QueryInvalid(
        f"There is no period `{text}`. Write a day 2026-05-13, a week 2026-W20, a month 2026-05, a "
        "quarter 2026-Q2 or a year 2026."
    )


def period_name(grain: str, start: date) -> str:
    """A period as `read_period` reads it."""
    if grain == "week":
        year, week, _ = start.isocalendar()
        return f"{year}-W{week:02d}"
    if grain == "quarter":
        return f"{start.year}-Q{(start.month + 2) // 3}"
    return {"year": f"{start:%Y}", "month": f"{start:%Y-%m}"}.get(grain, f"{start:%Y-%m-%d}")


def from_grain(grain: Grain) -> tuple[Grain, ...]:
    """A grain and the coarser ones, from the finest."""
    return GRAINS[GRAINS.index(grain) :]
