"""Values that changed their nature: constant, empty, other values, another scale or sign."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from orchestration.quality.limits import About
from orchestration.quality.periods.changes import Change
from orchestration.quality.periods.slices import Slice, StreamPeriods

_UNKNOWN = 0.2
"""By how much shares, and the logarithm of sizes, may move where there is one sample of history only."""

_FEWEST = 20
"""Fresh rows, and rows of a month of history, whose values are compared."""


@dataclass(frozen=True)
class ShiftLimits:
    """From where on values are of another nature. Shares are of the fresh rows; what a month of history moved by is
    allowed in any case.
    """

    one_value: Annotated[
        float, About("rows of one value from which on a column is constant", high=1)
    ] = 0.95
    moved_warns: Annotated[float, About("rows that may have other values", high=1)] = 0.15
    moved_stops: Annotated[float, About("rows of other values that stop", high=1)] = 0.5
    empty_share: Annotated[float, About("rows by which empty or filled ones may grow", high=1)] = (
        0.15
    )
    sign_share: Annotated[
        float, About("rows by which zeros or those below zero may grow", high=1)
    ] = 0.1
    scale_warns: Annotated[float, About("times by which sizes may move", low=1)] = 1.5
    scale_stops: Annotated[float, About("times from which on moved sizes stop", low=1)] = 3.5


SHIFT_LIMITS = ShiftLimits()


def kinds(
    periods: StreamPeriods,
    column: str,
    limits: ShiftLimits = SHIFT_LIMITS,
    *,
    is_closed: bool,
    are_people: bool = False,
) -> Iterator[Change]:
    """Values of few kinds: one that has nearly all rows, or shares that moved. `is_closed`: they are few words that
    mean something, not owners or campaigns, of whom any may be new; `are_people`: owners, few of whom are.
    """
    fresh = periods.fresh.kinds.get(column, {})
    past = [sample.kinds.get(column, {}) for sample in _history(periods)]
    young = [sample.kinds.get(column, {}) for sample in periods.seen]
    rows = sum(fresh.values())
    if rows < _FEWEST or not any(past):
        return
    value, top = max(fresh.items(), key=lambda item: item[1])
    usual = _merged(past)
    if periods.is_short and not (is_closed or are_people) and value and value not in usual:
        # a day's messages are of a new campaign, a month's are not
        return
    most = max(sample.get(value, 0) / sum(sample.values()) for sample in (*past, *young) if sample)
    if top / rows >= limits.one_value and most < 0.75 and len(usual) >= 2:
        what = "is empty" if not value else "has one value"
        yield Change(
            text=f"{column} {what} in {top / rows:.0%} of {rows:,} rows ({most:.0%} at most before)",
            severity="error" if most < 0.6 else "warn",
            failures=top,
            column=column,
            value=value,
        )
        return
    if not is_closed:
        return
    moved = min(_moved(fresh, sample) for sample in (usual, *_younger(usual, _merged(young))))
    earlier = [_moved(sample, usual) for sample in past if sum(sample.values()) >= _FEWEST]
    usually = max(earlier, default=0.0) if len(earlier) > 1 else _UNKNOWN
    allowed = max(limits.moved_warns, 1.5 * usually) + _noise(rows, len(usual))
    if periods.is_short and young:
        # a few young rows are all that is known of how rows begin
        allowed += _noise(sum(map(_rows_of, young)), len(usual))
    if moved > allowed:
        new = sum(count for word, count in fresh.items() if word not in usual)
        which = max(
            fresh, key=lambda word: fresh[word] / rows - usual.get(word, 0) / sum(usual.values())
        )
        yield Change(
            text=f"{column} has other values in {moved:.0%} of {rows:,} rows (in {usually:.0%} at "
            f"most before){f', {new:,} rows of values that nobody had' if new else ''}",
            severity="error" if moved > max(limits.moved_stops, 3 * allowed) else "warn",
            failures=round(moved * rows),
            column=column,
            value=which,
        )


def measures(
    periods: StreamPeriods, column: str, limits: ShiftLimits = SHIFT_LIMITS, *, feature: str
) -> Iterator[Change]:
    """Numbers, durations and columns of many values: constant, empty, of another scale or sign."""
    fresh, rows = periods.fresh.measures.get(column, {}), periods.fresh.rows
    past = [sample for sample in _history(periods) if sample.rows >= _FEWEST]
    known = [(sample.rows, sample.measures.get(column, {})) for sample in past]
    if rows < _FEWEST or not known:
        return
    filled = fresh.get("filled", 0) / rows
    shares = [sample.get("filled", 0) / count for count, sample in known]
    young = [
        sample.measures.get(column, {}).get("filled", 0) / sample.rows
        for sample in periods.seen
        if sample.rows >= _FEWEST
    ]
    yield from _emptied(column, filled, shares, rows, limits, young if feature == "lag" else None)
    values = fresh.get("filled", 0)
    if values < _FEWEST:
        return
    usual = [sample for _, sample in known if sample.get("filled", 0) >= _FEWEST]
    if not usual:
        return
    yield from _constant(column, fresh, usual)
    if feature == "text":
        return
    yield from _signs(column, fresh, usual, limits)
    if fresh.get("distinct", 0) > 1:
        yield from _scale(column, fresh, usual, limits, is_lag=feature == "lag")


def _history(periods: StreamPeriods) -> list[Slice]:
    return [sample for _, sample in periods.history()]


def _emptied(
    column: str,
    filled: float,
    shares: Sequence[float],
    rows: int,
    limits: ShiftLimits,
    young: Sequence[float] | None,
) -> Iterator[Change]:
    """A share of filled rows outside all months. Of late rows what comes later may be missing still: it has to be
    none at all where `young` ones had it in a third.
    """
    low, high = min(shares), max(shares)
    usually = 2 * (high - low) if len(shares) > 1 else _UNKNOWN
    step = max(limits.empty_share, usually) + 2 * _noise(rows, 2)
    none = young is not None and filled == 0 and min(young, default=0.0) > 0.33
    if none or (young is None and filled < low - step):
        gone = filled < 0.02 and low > 0.5 and young is None
        yield Change(
            text=f"{column} is empty in {1 - filled:.0%} of {rows:,} rows ({1 - low:.0%} at most before)",
            severity="error" if gone else "warn",
            failures=round((1 - filled) * rows),
            column=column,
        )
    known = max(high, *(young or (0.0,)))
    # where some were always empty, none is so by chance once in a million
    is_never_empty = filled == 1.0 and 0 < known < 1 and rows * -math.log(known) > 14
    if filled > high + step or is_never_empty:
        full = filled > 0.98 and (high < 0.8 or (is_never_empty and max(young or (1.0,)) < 0.9))
        yield Change(
            text=f"{column} is filled in {filled:.0%} of {rows:,} rows ({high:.0%} at most before)",
            severity="error" if full else "warn",
            failures=round(filled * rows),
            column=column,
        )


def _constant(
    column: str, fresh: Mapping[str, float], usual: Sequence[Mapping[str, float]]
) -> Iterator[Change]:
    """Few values where there were many: as a share of the rows, beside months of at most as many rows."""
    values, distinct = fresh["filled"], fresh.get("distinct", 0)
    fewest = min(_distinct_of(sample, values) for sample in usual)
    if fewest >= 5 and distinct <= max(1, 0.4 * fewest):
        text = "one value" if distinct <= 1 else f"{distinct:,.0f} values"
        yield Change(
            text=f"{column} has {text} in {values:,.0f} rows (at least {fewest:,.0f} before)",
            severity="error" if distinct <= max(1, 0.1 * fewest) else "warn",
            failures=int(values),
            column=column,
        )


def _distinct_of(sample: Mapping[str, float], rows: float) -> float:
    """How many values so many rows of a sample have at least, be they equally frequent or a few of them."""
    filled, distinct = max(sample["filled"], 1), max(sample.get("distinct", 0), 1)
    equal = math.expm1(-rows / distinct) / math.expm1(-filled / distinct)
    return distinct * min(1.0, math.sqrt(rows / filled), equal)


def _signs(
    column: str,
    fresh: Mapping[str, float],
    usual: Sequence[Mapping[str, float]],
    limits: ShiftLimits,
) -> Iterator[Change]:
    for name, word in (("negative", "below zero"), ("zero", "zero")):
        share = fresh.get(name, 0) / fresh["filled"]
        most = max(sample.get(name, 0) / sample["filled"] for sample in usual)
        least = min(sample.get(name, 0) / sample["filled"] for sample in usual)
        usually = 2 * (most - least) if len(usual) > 1 else _UNKNOWN
        step = max(limits.sign_share, usually) + 2 * _noise(fresh["filled"], 2)
        if share > most + step:
            yield Change(
                text=f"{column} is {word} in {share:.0%} of the rows ({most:.0%} at most before)",
                severity="error" if name == "negative" and share > 0.5 and most < 0.05 else "warn",
                failures=int(fresh.get(name, 0)),
                column=column,
            )


def _scale(
    column: str,
    fresh: Mapping[str, float],
    usual: Sequence[Mapping[str, float]],
    limits: ShiftLimits,
    *,
    is_lag: bool,
) -> Iterator[Change]:
    """Quantiles that moved by the same factor, beyond what they move by from month to month."""
    factors = []
    for name in ("p10", "p50", "p90"):
        past = [sample[name] for sample in usual if sample.get(name)]
        if not past or not fresh.get(name):
            return
        middle = math.exp(sum(math.log(size) for size in past) / len(past))
        swing = max(abs(math.log(size / middle)) for size in past) if len(past) > 1 else _UNKNOWN
        factors.append((math.log(fresh[name] / middle), swing, fresh[name], middle))
    noise = 2 / math.sqrt(fresh["filled"])
    moved, swing, now, before = factors[1]
    if is_lag and moved < 0:
        # what began of late has ended soon, or not at all
        return
    highest = [sample.get("highest", 0) for sample in usual]
    if (
        fresh.get("highest", 0) >= 1.5 * max(highest)
        and max(highest) == min(highest) <= 100
        and moved > 0
    ):
        # a scale that has an end: 0 to 10 in place of 1 to 5
        yield Change(
            text=f"{column} goes up to {fresh['highest']:,.4g} ({max(highest):,.4g} in every month before)",
            severity="error",
            failures=int(fresh["filled"]),
            column=column,
        )
        return
    if abs(moved) < max(math.log(limits.scale_warns), 2.5 * swing) + noise:
        return
    same = all(abs(factor[0]) > 0.5 * abs(moved) and factor[0] * moved > 0 for factor in factors)
    yield Change(
        text=f"{column} is typically {now:,.4g} ({before:,.4g} before)",
        severity="error"
        if same and abs(moved) > max(math.log(limits.scale_stops), 3 * swing)
        else "warn",
        failures=int(fresh["filled"]),
        column=column,
    )


def _rows_of(sample: Mapping[str, int]) -> int:
    return sum(sample.values())


def _merged(past: Sequence[Mapping[str, int]]) -> dict[str, int]:
    total: dict[str, int] = {}
    for sample in past:
        for value, rows in sample.items():
            total[value] = total.get(value, 0) + rows
    return total


def _younger(usual: Mapping[str, int], young: Mapping[str, int]) -> Iterator[Mapping[str, float]]:
    """Distributions between the usual one and that of young rows, and as far beyond: open deals end later."""
    total, rows = sum(usual.values()), sum(young.values())
    if not rows:
        return
    for step in (0.25, 0.5, 0.75, 1.0, 1.5, 2.0):
        yield {
            word: max(
                usual.get(word, 0) / total * (1 - step) + young.get(word, 0) / rows * step, 0.0
            )
            for word in {*usual, *young}
        }


def _moved(now: Mapping[str, int], usual: Mapping[str, float]) -> float:
    """The share of rows that have other values than usual: half the distance of the two distributions."""
    rows, total = sum(now.values()) or 1, sum(usual.values()) or 1
    values = set(now) | set(usual)
    return sum(abs(now.get(word, 0) / rows - usual.get(word, 0) / total) for word in values) / 2


def _noise(rows: float, values: int) -> float:
    """By how much shares of so many values move by chance among so many rows."""
    return math.sqrt(values / max(rows, 1)) / 2
