"""Rows that are missing or too many: days, the whole span, and groups such as owners, queues, regions."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import Annotated

from orchestration.quality.limits import About
from orchestration.quality.periods.changes import Change
from orchestration.quality.periods.slices import StreamPeriods
from orchestration.quality.periods.usual import (
    Usual,
    days_between,
    usual_weekdays,
    volume,
)

_DAILY = 8.0
"""Rows that a weekday has on average, and never none, for a day without any to be a gap."""


@dataclass(frozen=True)
class GapLimits:
    """What days and weeks without a row are named, and how many stop a release."""

    days: Annotated[int, About("days without a row that stop", low=1)] = 3
    weeks: Annotated[int, About("weeks without a row that stop", low=1)] = 2
    daily_rows: Annotated[
        float, About("rows of a weekday from which on a day without any is a gap")
    ] = _DAILY
    weekly_rows: Annotated[
        float, About("rows of a week from which on one without any is a gap")
    ] = 12.0


GAP_LIMITS = GapLimits()


@dataclass(frozen=True)
class VolumeLimits:
    """Rows beside the expected ones: which part or how many times warn and stop."""

    low_warns: Annotated[
        float, About("part of the expected rows below which a stream warns", high=1)
    ] = 0.65
    low_stops: Annotated[float, About("part below which it stops", high=1)] = 0.6
    high_warns: Annotated[
        float, About("times the expected rows from which on a stream warns", low=1)
    ] = 1.6
    high_stops: Annotated[float, About("times from which on it stops", low=1)] = 8.0
    of_one: Annotated[
        float, About("times the expected rows of one owner, queue … that warn", low=1)
    ] = 1.7
    missing_share: Annotated[float, About("owners, queues … without a row that stop", high=1)] = 0.2


VOLUME_LIMITS = VolumeLimits()

_STEADY_ROWS = 50
_STEADY_SHARE = 0.1
"""A value of a closed list that has had so many rows, and such a share of every month, does not end by itself."""


@dataclass(frozen=True)
class Company:
    """The streams of a candidate beside one another: a holiday is none of one stream alone."""

    closed: frozenset[date] = frozenset()
    """Days on which most streams that come daily have next to nothing."""
    level: float = 1.0
    """The middle of all streams' rows over the expected ones."""
    last: date | None = None
    """The last day that most streams reach."""
    was_last: date | None = None
    """The same in the last release."""
    newest: date | None = None
    """The newest day of all, on which rows may still come."""


def company_of(streams: Sequence[StreamPeriods]) -> Company:
    """What the fresh rows of all streams say together."""
    fresh = [stream for stream in streams if stream.fresh_span is not None]
    if not fresh:
        return Company()
    spans = [stream.fresh_span for stream in fresh if stream.fresh_span is not None]
    last = sorted(span[1] for span in spans)[len(spans) // 2]
    was_last = sorted(max(stream.before) for stream in fresh)[len(fresh) // 2]
    closed: dict[date, list[bool]] = {}
    ratios = []
    for stream in fresh:
        days, first = stream.days, (stream.fresh_span or spans[0])[0]
        usual = usual_weekdays(days, first)
        for day in days_between(first, last):
            if _is_daily(usual[day.weekday()]):
                few = days.get(day, 0) < 0.1 * usual[day.weekday()].mean
                closed.setdefault(day, []).append(few)
        total = volume(days, first, last) if last >= first else None
        if total is not None and total.expected >= 20:
            ratios.append(total.ratio)
    return Company(
        closed=frozenset(
            day for day, few in closed.items() if len(few) > 1 and sum(few) * 2 >= len(few)
        ),
        level=median(ratios) if len(ratios) >= 3 else 1.0,
        last=last,
        was_last=was_last,
        newest=max(span[1] for span in spans),
    )


def _is_daily(usual: Usual, rows: float = _DAILY) -> bool:
    return usual.mean >= rows and usual.fewest > 0


def gaps(
    periods: StreamPeriods, company: Company, limits: GapLimits = GAP_LIMITS
) -> Iterator[Change]:
    """Days, or weeks of a stream that comes weekly, without a row since the last release."""
    span = periods.fresh_span
    if span is None or company.last is None or company.was_last is None:
        return
    days, usual = periods.days, usual_weekdays(periods.days, span[0])
    late = max((company.was_last - max(periods.before)).days, 0)
    last = max(span[1], company.last - timedelta(days=late))
    if last == company.newest:
        last -= timedelta(days=1)
    open_days = [day for day in days_between(span[0], last) if day not in company.closed]
    missing = [
        day
        for day in open_days
        if not days.get(day) and _is_daily(usual[day.weekday()], limits.daily_rows)
    ]
    if missing:
        shown = ", ".join(f"{day:%Y-%m-%d}" for day in missing[:4])
        more = f" and {len(missing) - 4} more" if len(missing) > 4 else ""
        weekday = usual[missing[0].weekday()].mean
        yield Change(
            text=f"no row on {len(missing)} day(s): {shown}{more} (about {weekday:,.0f} on such a day before)",
            severity="error" if len(missing) >= limits.days else "warn",
            failures=len(missing),
            days=tuple(f"{day:%Y-%m-%d}" for day in missing),
        )
        return
    weekly = sum(weekday.mean for weekday in usual)
    if weekly >= limits.weekly_rows:
        empty = [
            start
            for start in days_between(span[0], last - timedelta(days=6))[::7]
            if not any(days.get(start + timedelta(days=n)) for n in range(7))
            and not any(start + timedelta(days=n) in company.closed for n in range(7))
        ]
        if empty:
            yield Change(
                text=f"no row in {len(empty)} week(s), the first from {empty[0]:%Y-%m-%d} (about {weekly:,.0f} a "
                "week before)",
                severity="error" if len(empty) >= limits.weeks else "warn",
                failures=len(empty),
                days=tuple(f"{day:%Y-%m-%d}" for day in empty),
            )


def rows(
    periods: StreamPeriods, company: Company, limits: VolumeLimits = VOLUME_LIMITS
) -> Iterator[Change]:
    """The fresh rows of a stream as a whole, beside its weekdays, season and the company's level."""
    span = periods.fresh_span
    if span is None:
        return
    first, last = span[0], max(span[1], company.last or span[1])
    if _is_sparse(periods, first):
        yield from _months(periods, first, last, limits)
        return
    if last == company.newest and periods.is_short:
        # rows of the newest day may still come; those of the day before the fresh ones have come since
        first, last = first - timedelta(days=1), last - timedelta(days=1)
    total = volume(periods.days, first, last)
    if total is None or max(total.rows, total.expected) < 20:
        return
    text = (
        f"{total.rows:,} rows from {first:%Y-%m-%d} to {last:%Y-%m-%d}, about {total.expected:,.0f} expected "
        "from the weeks before"
    )
    low = min(company.level, 1.0)
    if total.ratio < limits.low_warns * low and total.deviations(low) < -3.5:
        certain = total.ratio < limits.low_stops * low and total.deviations(low) < -5
        yield Change(text=text, severity="error" if certain else "warn", failures=total.rows)
    high = max(company.level, 1.0)
    if total.ratio > limits.high_warns * high and total.deviations(high) > 4:
        certain = total.ratio > limits.high_stops * high and total.deviations(high) > 8
        yield Change(text=text, severity="error" if certain else "warn", failures=total.rows)


def _is_sparse(periods: StreamPeriods, first: date) -> bool:
    """Whether its rows stand on a few days, as those of a month on its first."""
    weeks = periods.days
    return sum(first - timedelta(weeks=8) <= day < first for day in weeks) < 8


def _months(
    periods: StreamPeriods, first: date, last: date, limits: VolumeLimits
) -> Iterator[Change]:
    """Fresh months of a stream with rows on a few days, beside the middle of the last six; the one that is not over
    until the same day.
    """
    past = _whole_months(periods, first)
    if len(past) < 3:
        return
    for month in sorted(periods.months):
        if month < first.replace(day=1):
            continue
        until = 31 if month < last.replace(day=1) else last.day
        rows = _rows_until(periods.months[month].days, until)
        known = [_rows_until(periods.months[earlier].days, until) for earlier in past]
        usual, swing = median(known), max(known) / max(min(known), 1)
        if max(rows, usual) < 12:
            continue
        ratio = rows / usual if usual else math.inf
        if ratio < limits.low_warns / swing or ratio > limits.high_warns * swing:
            yield Change(
                text=f"{rows:,} rows of {month:%Y-%m}, about {usual:,.0f} in the months before",
                severity="error" if ratio < limits.low_warns / swing else "warn",
                failures=rows,
            )


def _whole_months(periods: StreamPeriods, first: date) -> list[date]:
    """The last six months before the fresh rows, without the first one there is."""
    return sorted(month for month in periods.months if month < first.replace(day=1))[1:][-6:]


def _rows_until(days: Mapping[date, int], day_of_month: int) -> int:
    return sum(rows for day, rows in days.items() if day.day <= day_of_month)


def groups(
    periods: StreamPeriods,
    column: str,
    limits: VolumeLimits = VOLUME_LIMITS,
    *,
    are_people: bool,
    is_closed: bool = False,
) -> Iterator[Change]:
    """Values of a column whose rows are missing or too many beside the others.

    Their share in the last three months, of the fresh rows, is what is expected. `is_closed`: its values are a list
    of the contract's, so that one that always had a tenth of the rows does not end by itself.
    """
    recent = [counts for _, counts in periods.history(3)]
    if periods.is_short:
        # on single days people are away and mailings are rare: what was there in every window counts
        yield from _in_windows(periods, column, limits, are_people=are_people)
        return
    fresh = periods.fresh.kinds.get(column, {})
    total = sum(fresh.values())
    if not recent or total < 30:
        return
    past = [counts.kinds.get(column, {}) for counts in recent]
    shares = _shares(past)
    noise = _dispersion(past, shares)
    known = {value: share * total for value, share in shares.items() if value}
    level = _level(known, fresh)
    known = {value: usual * level for value, usual in known.items()}
    yield from _missing(
        column, known, fresh, past, noise, limits, are_people=are_people, is_closed=is_closed
    )
    for value, usual in known.items():
        rows_of = fresh.get(value, 0)
        if (
            usual >= 8
            and rows_of >= limits.of_one * usual
            and (rows_of - usual) / math.sqrt(usual * noise) > 5
        ):
            yield Change(
                text=f"{rows_of:,} rows of one {column}, about {usual:,.0f} expected beside the others",
                failures=rows_of,
                column=column,
                value=value,
            )


def _in_windows(
    periods: StreamPeriods, column: str, limits: VolumeLimits, *, are_people: bool
) -> Iterator[Change]:
    """Values of a few fresh days that every window before had, and that are missing or too many."""
    past = [counts.kinds.get(column, {}) for _, counts in periods.history()]
    fresh = periods.fresh.kinds.get(column, {})
    total = sum(fresh.values())
    if not past or total < 30:
        return
    shares = {
        value: [counts.get(value, 0) / (sum(counts.values()) or 1) for counts in past]
        for value in past[0]
        if value and all(counts.get(value) for counts in past)
    }
    missing = [
        value for value, known in shares.items() if min(known) * total >= 8 and not fresh.get(value)
    ]
    if len(missing) >= (2 if are_people else 1):
        yield Change(
            text=f"{len(missing)} values of {column} that had rows in each of {len(past)} spans of as many days have "
            "none",
            severity="warn",
            failures=len(missing),
            column=column,
            value=missing[0],
        )
    for value, known in shares.items():
        usual, most = sum(known) / len(known) * total, max(known) * total
        rows_of = fresh.get(value, 0)
        if (
            usual >= 8
            and rows_of >= max(limits.of_one * usual, 1.3 * most)
            and (rows_of - most) / math.sqrt(most) > 5
        ):
            yield Change(
                text=f"{rows_of:,} rows of one {column}, at most about {most:,.0f} expected beside the others",
                failures=rows_of,
                column=column,
                value=value,
            )


def _missing(
    column: str,
    known: Mapping[str, float],
    fresh: Mapping[str, int],
    past: Sequence[Mapping[str, int]],
    noise: float,
    limits: VolumeLimits,
    *,
    are_people: bool,
    is_closed: bool,
) -> Iterator[Change]:
    """Values without a row that had rows in every recent month, or so many that chance does not explain it."""
    active = {value: usual for value, usual in known.items() if usual >= 1}
    missing = {value: usual for value, usual in active.items() if not fresh.get(value)}
    sure = {
        value
        for value, usual in missing.items()
        if usual >= 8 * noise or (usual >= 8 and all(counts.get(value, 0) >= 8 for counts in past))
    }
    lost = sum(missing.values())
    by_chance = sum(usual * math.exp(-usual / noise) for usual in active.values())
    together = len(missing) >= 3 and lost > 12 * noise + 3 * by_chance
    fewest = 2 if is_closed else 3
    if len(active) < fewest or not (together or sure) or (are_people and len(missing) < 2):
        # one person who is gone has left, or is on holiday
        return
    many = (
        together
        and len(missing) >= limits.missing_share * len(active)
        and lost >= 0.1 * sum(known.values())
    )
    steady = is_closed and any(
        known[value] >= _STEADY_ROWS
        and all(counts.get(value, 0) >= _STEADY_SHARE * sum(counts.values()) for counts in past)
        for value in sure
    )
    yield Change(
        text=f"{len(missing)} of {len(active)} usual values of {column} have no row (about {lost:,.0f} expected)",
        severity="error" if many or steady else "warn",
        failures=len(missing),
        column=column,
        value=max(missing, key=lambda value: missing[value]),
    )


def _level(known: Mapping[str, float], fresh: Mapping[str, int]) -> float:
    """The rows of values that have any, over the expected ones, in the middle: the missing ones raise the rest."""
    ratios = [
        fresh[value] / usual for value, usual in known.items() if fresh.get(value) and usual >= 2
    ]
    return median(ratios) if len(ratios) >= 2 else 1.0


def _shares(months: Sequence[Mapping[str, int]]) -> dict[str, float]:
    total = sum(sum(counts.values()) for counts in months) or 1
    values = {value for counts in months for value in counts}
    return {value: sum(counts.get(value, 0) for counts in months) / total for value in values}


def _dispersion(months: Sequence[Mapping[str, int]], shares: Mapping[str, float]) -> float:
    """How many times the variance of chance the rows of a value vary by from month to month, at least 1."""
    excess = []
    for counts in months:
        total = sum(counts.values())
        excess += [
            (counts.get(value, 0) - share * total) ** 2 / (share * total)
            for value, share in shares.items()
            if share * total >= 5
        ]
    return max(sum(excess) / len(excess), 1.0) if excess else 1.0
