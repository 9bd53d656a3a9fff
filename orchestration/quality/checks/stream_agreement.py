"""Gate 3: two streams that tell of the same thing, compared: invoices with orders, calls with agents' states.

A release keeps the shares of rows that disagree (`agreements.json`), so that the next one knows what is usual.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated

from orchestration.core.records import Severity
from orchestration.quality.agreements import COMPARISONS, Compared, Comparison, compare
from orchestration.quality.kept_shares import KeptShares, Share, excess, newest_load
from orchestration.quality.limits import About
from orchestration.quality.outcomes import Finding
from orchestration.quality.registry import OF_STREAMS, check
from orchestration.quality.subjects import Definitions, GateInput

AGREEMENTS_FILE = "agreements.json"

_RARE, _LEAST = 0.1, 5
"""What at most disagrees usually where most new rows stop a release, and the fewest rows that warn."""

_NEVER, _CERTAIN = 0.01, 0.2
"""Where hardly any row ever disagreed, a smaller part of the new ones stops a release."""

_GROWN, _GROWN_BY = 0.05, 0.15
"""By how much the share of new rows must exceed the usual one to be reported: by this, and by this part of it."""


def agreement_names(definitions: Definitions) -> Mapping[str, str]:
    """One check per pair of streams."""
    return {comparison.check: comparison.of for comparison in COMPARISONS}


@check(
    gate=3,
    name="agree.<stream>.<stream>",
    scopes=OF_STREAMS,
    on="each pair of streams",
    names=agreement_names,
    remedy="Look at the last files of both streams: one of them is of another period, company or export, or its ids or "
    "amounts were changed. If both are right, waive it: later releases compare with that share.",
)
def stream_agreement(
    candidate: GateInput,
    *,
    disagreeing_share: Annotated[
        float, About("new rows on which two streams may disagree", high=1)
    ] = 0.5,
    disagreeing_rows: Annotated[int, About("such rows that stop", low=1)] = 20,
) -> Iterator[Finding]:
    """Rows since the last release on which two streams disagree, by source, compared with the share of earlier rows.

    More than half of them stop the release where few disagreed before, a fifth where hardly one did; fewer warn.
    Nothing is compared where one stream is missing or of another time, nor in a first release, whose shares are kept.
    """
    kept = KeptShares.read(candidate.previous, AGREEMENTS_FILE)
    shares = {name: dict(of_check) for name, of_check in kept.shares.items()}
    findings_of: dict[str, dict[str, list[Finding]]] = {
        name: {} for name in agreement_names(candidate.definitions)
    }
    with candidate.databases.open() as connection:
        for comparison in COMPARISONS:
            known = shares.setdefault(comparison.name, {})
            for compared in compare(connection, comparison, since=kept.load_seq):
                is_remapped = any(
                    candidate.changes.of_stream(compared.source, stream)
                    for stream in (comparison.of, comparison.beside)
                )
                before = known.get(compared.source) if not is_remapped else None
                known[compared.source] = (before or Share()) + compared.share
                severity = _judge(
                    comparison, compared.share, before, disagreeing_share, disagreeing_rows
                )
                if severity is not None and before is not None:
                    finding = _finding(comparison, compared, before, severity)
                    findings_of[comparison.check].setdefault(compared.source, []).append(finding)
        seq = newest_load(connection)
    KeptShares(load_seq=seq, shares=shares).write(candidate.directory, AGREEMENTS_FILE)
    for name, subject in agreement_names(candidate.definitions).items():
        for findings in findings_of[name].values():
            yield _joined(findings)
        if not findings_of[name]:
            yield Finding(
                passed=True,
                name=name,
                subject=subject,
                observed="nothing unusual",
                expected=_EXPECTED,
            )


_EXPECTED = "both streams to agree as far as they did before"


def _judge(
    comparison: Comparison,
    new: Share,
    before: Share | None,
    certain_share: float,
    certain_rows: int,
) -> Severity | None:
    if before is None:
        return None
    expected = before.expected(new.rows)
    unusual = excess(new.count, expected, times=1, deviations=6)
    if new.count < _LEAST or not unusual or new.value < _GROWN + (1 + _GROWN_BY) * before.value:
        return None
    certain = (new.value > certain_share and before.value < _RARE) or (
        new.value > _CERTAIN and before.value < _NEVER
    )
    return "error" if certain and new.count >= certain_rows and comparison.stops else "warn"


def _finding(
    comparison: Comparison, compared: Compared, before: Share, severity: Severity
) -> Finding:
    return Finding(
        passed=False,
        severity=severity,
        name=comparison.check,
        subject=f"{compared.source}.{comparison.of}",
        observed=f"{compared.share.count:,} of {compared.share.rows:,} new ones ({compared.share.value:.1%}, "
        f"{before.value:.1%} before) {comparison.text}",
        expected=_EXPECTED,
        failures=compared.share.count,
        keys=compared.keys,
    )


def _joined(findings: list[Finding]) -> Finding:
    """What several comparisons of two streams found in one source, as one finding."""
    first = max(findings, key=lambda finding: (finding.severity == "error", finding.failures))
    others = [finding for finding in findings if finding is not first]
    return Finding(
        passed=False,
        severity=first.severity,
        name=first.name,
        subject=first.subject,
        observed="; ".join(finding.observed for finding in (first, *others)),
        expected=first.expected,
        failures=first.failures,
        keys=first.keys,
    )
