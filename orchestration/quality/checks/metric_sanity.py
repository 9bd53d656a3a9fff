"""Gate 3: the monthly values of each metric, compared with what it can be and with its own history."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from orchestration.core.records import Severity
from orchestration.quality.metric_jumps import JumpLimits, jumps
from orchestration.quality.metric_values import by_metric
from orchestration.quality.outcomes import Cause, Finding, Layout
from orchestration.quality.registry import check
from orchestration.quality.subjects import Definitions, GateInput

JUMP_LIMITS = JumpLimits()

_SHOWN = 3


def metric_names(definitions: Definitions) -> Mapping[str, str]:
    """One check per metric."""
    return {f"metric.{metric.name}": metric.name for metric in definitions.metrics}


@check(
    gate=3,
    name="metric.<metric>",
    on="each metric",
    names=metric_names,
    remedy="`embudo query METRIC --grain day` shows where the figure moves, and by a dimension whose it is; "
    "look at the files of those days. If the figure is right, waive it.",
)
def metric_sanity(candidate: GateInput, *, jump: JumpLimits = JUMP_LIMITS) -> Iterator[Finding]:
    """A figure that cannot be (a rate above 1, a negative count, NaN), or a complete month far outside the
    metric's history.

    A jump that the last release had already, and that was waived, is not reported again. In a first release
    jumps warn: a company's past is what it is, and nobody has read other figures of it.
    """
    values, previous = by_metric(candidate.values), by_metric(candidate.previous_values)
    for meta in candidate.metrics:
        series = values.get(meta.name, {})
        outliers = [
            (month, f"{value:g}")
            for month, value in sorted(series.items())
            if value is not None and not meta.is_possible(value)
        ]
        expected = f"between {meta.low:g} and {meta.high:g}"
        severity: Severity = "error"
        is_jump = not outliers and not (meta.is_change or meta.is_running_total)
        before = previous.get(meta.name, {})
        if is_jump:
            outliers = jumps(meta, series, before, candidate.complete_before, jump)
            severity = "error" if previous else "warn"
            expected = "months within the range of the metric's history"
        name, subject = f"metric.{meta.name}", meta.name
        if not outliers:
            yield Finding(
                passed=True,
                name=name,
                subject=subject,
                observed=f"{len(series)} month(s) in range",
                expected=expected,
            )
            continue
        causes = [
            Cause(
                f"{text} in {month:%Y-%m}",
                severity,
                keys=(f"{month:%Y-%m}",),
                beside_release=is_jump and month in before,
            )
            for month, text in outliers
        ]
        layout = Layout(listed=_SHOWN)
        yield Finding.of_causes(
            causes, name=name, subject=subject, expected=expected, layout=layout
        )
