"""Times of one row that follow one another: the day and the hour that a clock means, and rows out of order.

Which columns follow one another is declared in the contract (`in_order`). Casting a single time belongs to `casts`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from orchestration.core import duckdb_session

_OFFSET_AT_END = r"([zZ]|[+-]\d\d(:?\d\d)?|UTC|GMT)$"


def settled_times(
    in_order: Sequence[str], texts: Mapping[str, str], *, past_midnight: int | None, time_zone: str
) -> Iterator[tuple[str, str]]:
    """Columns and their SQL, to be replaced one after another, each in the result of the one before.

    `in_order` are the columns in the order of what happened, `texts` the SQL of each mapped one's text in the file.
    All times are naive UTC; the session's TimeZone must be `time_zone`, the source's. With `past_midnight` a time
    that is earlier than the one before it is on the next day of the source's calendar, if that is at most so many
    hours later. An hour that clocks show twice is its first where only then the times are in order.
    """
    mapped = [name for name in in_order if name in texts]
    if past_midnight is not None:
        for index, name in enumerate(mapped[1:], start=1):
            later, earlier = duckdb_session.name(name), _first_known(reversed(mapped[:index]))
            yield (
                name,
                f"case when {later} < {earlier} and "
                f"{_next_day(later)} <= {earlier} + interval {past_midnight} hours "
                f"then {_next_day(later)} else {later} end",
            )
    if time_zone == "UTC":
        return
    for index in reversed(range(len(mapped) - 1)):
        name = mapped[index]
        time, following = duckdb_session.name(name), _first_known(mapped[index + 1 :])
        first = f"{time} - interval 1 hour"
        yield (
            name,
            f"case when {time} > {following} and {_clock(first)} = {_clock(time)} "
            f"and not regexp_matches({texts[name]}, '{_OFFSET_AT_END}') "
            f"then {first} else {time} end",
        )


def order_faults(in_order: Sequence[str], texts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Pairs of SQL: when two times of a row are out of order, and the reason.

    Two columns with others between them are compared where those are empty: else their neighbours tell.
    """
    mapped = [name for name in in_order if name in texts]
    for first, last in combinations(range(len(mapped)), 2):
        earlier, later = mapped[first], mapped[last]
        between = "".join(
            f" and {duckdb_session.name(name)} is null" for name in mapped[first + 1 : last]
        )
        condition = f"{duckdb_session.name(later)} < {duckdb_session.name(earlier)}{between}"
        yield condition, _reason(earlier, later, texts)


def _reason(earlier: str, later: str, texts: Mapping[str, str]) -> str:
    later_text, before = texts[later], texts[earlier]
    advice = (
        f"case when {_next_day(duckdb_session.name(later))} <= "
        f"{duckdb_session.name(earlier)} + interval 12 hours then "
        "' (where a log has one date and times past midnight, set `past_midnight: true`)' else '' end"
    )
    return (
        f"{duckdb_session.literal(f'{later} is before {earlier}: found ')} || '''' || {later_text} || "
        f"{duckdb_session.literal(chr(39) + ', expected no earlier than ' + chr(39))} || {before} || "
        f"'''' || {advice}"
    )


def _first_known(names: Sequence[str] | Iterator[str]) -> str:
    columns = [duckdb_session.name(name) for name in names]
    return columns[0] if len(columns) == 1 else f"coalesce({', '.join(columns)})"


def _clock(time: str) -> str:
    """What clocks of the session's zone show at a naive UTC time."""
    return f"cast(timezone('UTC', {time}) as timestamp)"


def _next_day(time: str) -> str:
    """The same clock time a day later, as naive UTC."""
    return f"timezone('UTC', cast({_clock(time)} + interval 1 day as timestamptz))"
