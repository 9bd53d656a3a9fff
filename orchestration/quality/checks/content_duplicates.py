"""Gate 3: rows equal to another one but for their id: a file, a month, a rep's rows exported once more under new ids.

They count twice in each figure. A release keeps the shares (`duplicates.json`), so that the next one knows what is
usual: tasks of the same subject and day say so little that some are equal by chance.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from statistics import median
from typing import Annotated

from orchestration.core.records import Severity
from orchestration.quality.kept_shares import KeptShares, Share, excess, newest_load
from orchestration.quality.limits import About
from orchestration.quality.outcomes import Finding
from orchestration.quality.registry import OF_STREAMS, check
from orchestration.quality.repeated_rows import Repeats, days, pairs, repeats, whose
from orchestration.quality.row_contents import RowContents, contents_of
from orchestration.quality.subjects import Definitions, GateInput
from orchestration.settings.contract_loading import load_contract

DUPLICATES_FILE = "duplicates.json"

_BLOCK, _USUAL_DAY = 0.3, 0.05
"""In a first release: the share of a day that came twice, and the most that days of the same source usually have."""

_ALL = 0.4
"""In a first release: the share of telling rows from which on all rows came twice."""


def duplicate_names(definitions: Definitions) -> Mapping[str, str]:
    """One check per stream whose rows say more than their key."""
    return {_name(contents): contents.stream.name for contents in _compared()}


@check(
    gate=3,
    name="duplicates.<stream>",
    has_share=True,
    scopes=OF_STREAMS,
    on="each stream",
    names=duplicate_names,
    remedy="Each pair names the file and line of both rows: take the repeated export out of the inbox or deliver it "
    "with its first ids. Where one fact has two ids on purpose, waive it: later releases compare with that share.",
)
def content_duplicates(
    candidate: GateInput,
    *,
    duplicate_rows_certain: Annotated[
        int, About("new rows that stand there twice and stop", low=1)
    ] = 12,
    duplicate_rows_few: Annotated[
        int, About("new rows that stand there twice and warn", low=1)
    ] = 3,
) -> Iterator[Finding]:
    """Rows since the last release that are equal to another row of the stream but for their id, by source.

    Many more than the share of earlier loads stop the release, a few warn; so do rows that may be equal by chance,
    of which none names a person or company and a minute or an amount. In a first release, days that came twice stop.
    """
    kept = KeptShares.read(candidate.previous, DUPLICATES_FILE)
    shares = {name: dict(of_check) for name, of_check in kept.shares.items()}
    with candidate.databases.open() as connection:
        for contents in _compared():
            name, passed, failed = _name(contents), [], 0
            known = shares.setdefault(name, {})
            for repeated in repeats(connection, contents, since=kept.load_seq):
                # under another mapping all rows are new, and the share is counted from the start
                is_remapped = candidate.changes.of_stream(repeated.source, contents.stream.name)
                before = known.get(repeated.source) if not is_remapped else None
                if before is not None:
                    severity = _judge(
                        repeated, before, certain=duplicate_rows_certain, few=duplicate_rows_few
                    )
                else:
                    by_day = days(connection, contents, repeated.source) if repeated.telling else {}
                    severity = _judge_first(repeated, by_day, certain=duplicate_rows_certain)
                counted = Share(repeated.rows, repeated.repeated)
                known[repeated.source] = (before or Share()) + counted
                if severity is None:
                    passed.append(repeated.text)
                    continue
                failed += 1
                yield Finding(
                    passed=False,
                    severity=severity,
                    name=name,
                    subject=f"{repeated.source}.{contents.stream.name}",
                    observed=_observed(repeated, contents, whose(connection, repeated.source)),
                    expected=_expected(before),
                    failures=repeated.repeated,
                    rows=repeated.rows,
                    keys=pairs(connection, repeated.source),
                )
            if not failed:
                yield Finding(
                    passed=True,
                    name=name,
                    subject=contents.stream.name,
                    observed="; ".join(passed) or "no new rows",
                    expected=_expected(None),
                )
        seq = newest_load(connection)
    KeptShares(load_seq=seq, shares=shares).write(candidate.directory, DUPLICATES_FILE)


def _compared() -> list[RowContents]:
    candidates = (contents_of(stream) for stream in load_contract().values())
    return [contents for contents in candidates if contents is not None]


def _name(contents: RowContents) -> str:
    return f"duplicates.{contents.stream.name}"


def _judge(repeated: Repeats, before: Share, *, certain: int, few: int) -> Severity | None:
    """How bad it is: error, warn, or None where it is as usual."""
    expected = before.expected(repeated.rows)
    if repeated.telling >= certain and excess(repeated.telling, expected, times=2, deviations=6):
        return "error"
    chance = repeated.repeated - repeated.telling
    if chance >= certain and excess(chance, expected, times=2, deviations=6):
        return "warn"
    unusual = excess(repeated.telling, expected, times=1.5, deviations=4)
    return "warn" if repeated.telling >= few and unusual else None


def _judge_first(
    repeated: Repeats, by_day: Mapping[str, Share], *, certain: int
) -> Severity | None:
    """Error where all of a history came twice, or days of it did and most did not."""
    if repeated.telling >= max(_ALL * repeated.rows, certain):
        return "error"
    shares = [share for share in by_day.values() if share.rows]
    twice = sum(share.count for share in shares if share.value >= _BLOCK)
    usual = median(share.value for share in shares) if shares else 0.0
    return "error" if twice >= certain and usual <= _USUAL_DAY else None


def _observed(repeated: Repeats, contents: RowContents, whose_rows: str) -> str:
    but_for = " and ".join(contents.ids)
    same = (
        f"are equal to another row but for their {but_for}" if but_for else "stand there once more"
    )
    return f"{repeated.repeated:,} of {repeated.rows:,} new rows ({repeated.share:.1%}) {same}: {whose_rows}"


def _expected(before: Share | None) -> str:
    if before is None or not before.count:
        return "each row once"
    return f"about {before.value:.1%} of the rows, as in earlier loads"
