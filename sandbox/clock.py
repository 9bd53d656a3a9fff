"""Days, seasons and hours of the company, and its time zone.

Instants are int64 seconds since 1970 in UTC, days are int64 days since 1970 on the company's calendar
(Europe/Madrid). `NONE` stands for no instant, day or reference. What happens at those times does not belong here.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Array = NDArray[Any]

ZONE = "Europe/Madrid"
NONE = -1
DAY = 86_400
EPOCH = date(1970, 1, 1)

# January to December: the summer lull of August, Black Friday and Christmas.
_SEASON = np.array([1.0, 0.95, 1.0, 0.98, 1.02, 1.0, 0.85, 0.55, 1.0, 1.08, 1.4, 1.5])
_WEEKDAYS = np.array([1.1, 1.12, 1.08, 1.05, 0.95, 0.18, 0.1])
_HOLIDAYS = ((1, 1), (1, 6), (5, 1), (8, 15), (10, 12), (11, 1), (12, 6), (12, 8), (12, 25))
_YEARLY_GROWTH = 1.18

# Share of work that begins in each hour of the day, local time.
OFFICE_HOURS = np.array(
    [0] * 8 + [3, 9, 12, 12, 10, 6, 4, 6, 10, 11, 9, 5, 1, 0, 0, 0], dtype=float
)
WEB_HOURS = np.array(
    [3, 2, 1, 1, 1, 1, 2, 4, 6, 7, 8, 8, 7, 6, 6, 7, 7, 8, 8, 9, 10, 11, 9, 6], dtype=float
)
WAKING_HOURS = np.where(np.arange(24) < 7, 0.0, WEB_HOURS)


def generator(seed: int, name: str) -> np.random.Generator:
    """A random generator per part, so that one part's changes leave the others alone.

    `name` is part of the seed: with another name, the same seed gives another company.
    """
    return np.random.default_rng([seed, zlib.crc32(name.encode())])


def day_number(day: date) -> int:
    """Days since 1970."""
    return (day - EPOCH).days


def month_index(days: Ints) -> Ints:
    """Months since January 1970 of each day."""
    return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


def month_names(months: Ints) -> list[str]:
    """`2026-03` of each month index."""
    return [str(month) for month in months.astype("datetime64[M]")]


def pick(rng: np.random.Generator, count: int, weights: Floats) -> Ints:
    """`count` indexes drawn in proportion to `weights`."""
    edges = np.cumsum(weights / weights.sum())
    drawn = np.searchsorted(edges, rng.random(count), side="right")
    return np.minimum(drawn, len(weights) - 1).astype(np.int64)


@dataclass(frozen=True)
class Clock:
    """The calendar of one generation: from `first_day` up to and with `last_day`."""

    first_day: int
    last_day: int

    @cached_property
    def _changes(self) -> tuple[Ints, Ints]:
        zone = ZoneInfo(ZONE)
        instants: list[int] = []
        offsets: list[int] = []
        for year in range(1990, 2061):
            for month in (1, 3, 10):
                for day in range(1, 2) if month == 1 else range(25, 32):
                    for hour in (0, 1):
                        at = datetime(year, month, day, hour, tzinfo=UTC)
                        offset = at.astimezone(zone).utcoffset()
                        seconds = int(offset.total_seconds()) if offset else 0
                        if not offsets or offsets[-1] != seconds:
                            instants.append(int(at.timestamp()))
                            offsets.append(seconds)
        return np.array(instants, dtype=np.int64), np.array(offsets, dtype=np.int64)

    def to_local(self, instants: Ints) -> Ints:
        """UTC seconds as seconds on the company's wall clock; `NONE` stays."""
        changes, offsets = self._changes
        at = np.clip(np.searchsorted(changes, instants, side="right") - 1, 0, None)
        return np.where(instants == NONE, NONE, instants + offsets[at])

    def to_utc(self, local: Ints) -> Ints:
        """Seconds on the wall clock (never in the hours that are skipped or repeated) as UTC."""
        changes, offsets = self._changes
        at = np.clip(np.searchsorted(changes + offsets, local, side="right") - 1, 0, None)
        return np.where(local == NONE, NONE, local - offsets[at])

    def local_day(self, instants: Ints) -> Ints:
        """The company's day of each instant; `NONE` stays."""
        return np.where(instants == NONE, NONE, self.to_local(instants) // DAY)

    @cached_property
    def days(self) -> Ints:
        """Every day of the generation."""
        return np.arange(self.first_day, self.last_day + 1, dtype=np.int64)

    @cached_property
    def season(self) -> Floats:
        """How strong demand is on each day, weekdays left out."""
        month = self.days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12
        age = (self.days - self.first_day) / 365.25
        return np.asarray(_SEASON[month] * _YEARLY_GROWTH**age, dtype=np.float64)

    @cached_property
    def demand(self) -> Floats:
        """How many customers act on each day."""
        weekday = (self.days + 3) % 7
        softened = 0.35 + 0.65 * _WEEKDAYS[weekday]
        return np.asarray(self.season * softened, dtype=np.float64)

    @cached_property
    def office(self) -> Floats:
        """How much the company itself does on each day."""
        weekday = (self.days + 3) % 7
        dates = self.days.astype("datetime64[D]").astype(object)
        open_ = np.array([(day.month, day.day) not in _HOLIDAYS for day in dates])
        return np.asarray(
            self.season * _WEEKDAYS[weekday] * np.where(open_, 1.0, 0.02), dtype=np.float64
        )

    def moments(
        self, rng: np.random.Generator, days: Ints, hours: Floats, *, step: int = 1
    ) -> Ints:
        """An instant on each of `days` at hours drawn from `hours`, to `step` seconds.

        The hour that the autumn clock change repeats is left out, since it is ambiguous on a wall clock.
        """
        hour = pick(rng, len(days), hours)
        second = rng.integers(0, 3600 // step, len(days)) * step
        instants = self.to_utc(days * DAY + hour * 3600 + second)
        return np.asarray(np.where((hour == 2), instants + 7200, instants), dtype=np.int64)

    def spread(
        self, rng: np.random.Generator, count: int, weights: Floats, hours: Floats, *, step: int = 1
    ) -> Ints:
        """`count` sorted instants over the whole generation."""
        days = self.first_day + pick(rng, count, weights)
        return np.sort(self.moments(rng, days, hours, step=step))
