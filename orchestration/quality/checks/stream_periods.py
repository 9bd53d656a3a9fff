"""Gate 3: the fresh rows of each stream beside its own earlier months: days, amounts, values, clocks, restated months.

What is counted and compared stands in `orchestration.quality.periods`. A first release has nothing to compare with.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from orchestration.quality.outcomes import Cause, Finding, Layout
from orchestration.quality.periods import clocks, revisions, shifts, volumes
from orchestration.quality.periods.changes import Change
from orchestration.quality.periods.columns import counted
from orchestration.quality.periods.slices import StreamPeriods
from orchestration.quality.registry import OF_STREAMS, NamesFunction, check
from orchestration.quality.subjects import Definitions, GateInput
from orchestration.settings.contract_loading import load_contract

_SHOWN = 4


def _names(prefix: str) -> NamesFunction:
    """One check per stream."""

    def names(definitions: Definitions) -> Mapping[str, str]:
        return {f"{prefix}.{stream}": stream for stream in load_contract()}

    return names


@check(
    gate=3,
    name="gaps.<stream>",
    compares="history",
    scopes=OF_STREAMS,
    on="each stream",
    names=_names("gaps"),
    remedy="Look for files that are missing or cut short for those days and deliver them; where nothing happened on "
    "them (a holiday of one department), waive it.",
)
def gaps(candidate: GateInput, *, gap: volumes.GapLimits = volumes.GAP_LIMITS) -> Iterator[Finding]:
    """Days (weeks, where rows come weekly) without a row since the last release, although their weekday always had
    some; days on which the whole company is quiet are none. Three days, or two weeks, stop the release.
    """
    company = candidate.periods.company
    yield from _findings(
        candidate,
        "gaps",
        lambda periods: volumes.gaps(periods, company, gap),
        expected="rows on the days that always have some",
    )


@check(
    gate=3,
    name="volume.<stream>",
    compares="history",
    scopes=(*OF_STREAMS, "column", "value"),
    on="each stream",
    names=_names("volume"),
    remedy="Was the export whole, and delivered once? `embudo query` by day and by owner shows where rows are missing, "
    "or are too many. If the company's business is so, waive it.",
)
def volume(
    candidate: GateInput, *, volume: volumes.VolumeLimits = volumes.VOLUME_LIMITS
) -> Iterator[Finding]:
    """Rows since the last release, beside the weeks before, last year's season and what the other streams do; and the
    rows of each owner, queue, channel … beside the others of the stream.
    """
    company = candidate.periods.company

    def changes(periods: StreamPeriods) -> Iterator[Change]:
        yield from volumes.rows(periods, company, volume)
        contract = load_contract()[periods.stream]
        for column in counted(contract).of("kind"):
            # what is said of a row later (won, done) is not a group that it belongs to
            if column.group or not contract.newest_by:
                yield from volumes.groups(
                    periods,
                    column.name,
                    volume,
                    are_people=column.group == "users",
                    is_closed=bool(contract.column(column.name).accepted_values),
                )

    yield from _findings(candidate, "volume", changes, expected="about as many rows as are usual")


@check(
    gate=3,
    name="values.<stream>",
    compares="history",
    scopes=(*OF_STREAMS, "column", "value"),
    on="each stream",
    names=_names("values"),
    remedy="Compare the new files with earlier ones: same columns, units, words, defaults? Fix the mapping or deliver "
    "the files again. If the change is meant, waive it.",
)
def values(
    candidate: GateInput, *, values: shifts.ShiftLimits = shifts.SHIFT_LIMITS
) -> Iterator[Finding]:
    """Values since the last release that are unlike any month before: one value for all, empty, other words in other
    shares, another scale or sign.
    """

    def changes(periods: StreamPeriods) -> Iterator[Change]:
        stream = counted(load_contract()[periods.stream])
        for column in stream.of("kind"):
            yield from shifts.kinds(
                periods,
                column.name,
                values,
                is_closed=not column.group,
                are_people=column.group == "users",
            )
        for column in stream.of("text", "number", "lag"):
            yield from shifts.measures(periods, column.name, values, feature=column.feature)

    yield from _findings(
        candidate, "values", changes, expected="values like those of the months before"
    )


@check(
    gate=3,
    name="clocks.<stream>",
    compares="history",
    scopes=OF_STREAMS,
    on="each stream",
    names=_names("clocks"),
    remedy="Compare a row with the source's own screen. `time_zone` of the source in embudo.yml says which clock its "
    "times without an offset are of.",
)
def clock(
    candidate: GateInput, *, clock: clocks.ClockLimits = clocks.CLOCK_LIMITS
) -> Iterator[Finding]:
    """Hours of the day and days of the week since the last release, in the company's zone, that moved as a whole. The
    hour of summer time is none, in the company's zone and in the source's.
    """

    def changes(periods: StreamPeriods) -> Iterator[Change]:
        own = clocks.Clocks(candidate.periods.zone, candidate.zones.get(periods.source))
        yield from clocks.hours(periods, own, clock)
        yield from clocks.weekdays(periods, clock)

    yield from _findings(
        candidate, "clocks", changes, expected="hours and weekdays like those of the months before"
    )


@check(
    gate=3,
    name="restated.<stream>",
    compares="release",
    scopes=OF_STREAMS,
    on="each stream",
    names=_names("restated"),
    remedy="Was a month exported again, under other keys or in part? `embudo quarantine` and the files' names show "
    "what landed. If the past is right now, waive it.",
)
def restated(
    candidate: GateInput, *, restated: revisions.RestatedLimits = revisions.RESTATED_LIMITS
) -> Iterator[Finding]:
    """Months of the last release that gained or lost more than a tenth of their rows: half as many again, or two fifths
    less, stop the release.
    """
    yield from _findings(
        candidate,
        "restated",
        lambda periods: revisions.restated(periods, restated),
        expected="the rows of the last release",
    )


def _findings(
    candidate: GateInput,
    prefix: str,
    compare: Callable[[StreamPeriods], Iterable[Change]],
    *,
    expected: str,
) -> Iterator[Finding]:
    """One finding for each source of a stream that changed; one that passes for each other stream."""
    failed = set()
    for periods in candidate.periods.streams:
        changes = list(compare(periods))
        if changes:
            failed.add(periods.stream)
            yield _finding(candidate, prefix, periods, changes, expected)
    for stream in load_contract():
        if stream not in failed:
            yield Finding(
                passed=True,
                name=f"{prefix}.{stream}",
                subject=stream,
                observed="as before, or nothing to compare",
                expected=expected,
            )


def _finding(
    candidate: GateInput,
    prefix: str,
    periods: StreamPeriods,
    changes: list[Change],
    expected: str,
) -> Finding:
    return Finding.of_causes(
        [_cause(candidate, periods, change) for change in changes],
        name=f"{prefix}.{periods.stream}",
        subject=periods.subject,
        expected=expected,
        layout=Layout(listed=_SHOWN, suffix=periods.named_files, counts_most=True),
    )


def _cause(candidate: GateInput, periods: StreamPeriods, change: Change) -> Cause:
    word = ""
    if change.value:
        word = candidate.periods.word(
            candidate.databases, periods.stream, change.column, change.value
        )
    scope = {"column": (change.column,)} if change.column else {}
    return Cause(
        text=f"{change.text}: {word}" if word else change.text,
        severity=change.severity,
        failures=change.failures,
        keys=change.days,
        scope=scope | ({"value": (word.strip("'"),)} if word else {}),
    )
