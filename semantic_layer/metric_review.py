"""Review of metrics by six criteria: aligned, attainable, acute, accurate, actionable, alive.

Each is judged from the metric's YAML and from its values and targets in a release; what cannot be judged is
reported as missing, never assumed to be good. Showing a scorecard does not belong here.
"""

from __future__ import annotations

import calendar
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import correlation, fmean, pstdev
from typing import TYPE_CHECKING

from orchestration.core.periods import first_day
from semantic_layer.evaluation import evaluate, monthly_values
from semantic_layer.records import Metric
from semantic_layer.review_findings import Finding, QualityCriterion
from semantic_layer.targets import Target, targets_by_metric

if TYPE_CHECKING:
    from semantic_layer.layer import SemanticLayer

MONTHS = 24
"""Months of history that a review considers."""
MIN_VALUES = 6
"""Fewer values than this show neither variation nor correlation."""
MIN_VARIATION = 0.001
"""A metric whose standard deviation is under this share of its mean does not vary."""
MAX_CORRELATION = 0.9999
"""Two metrics with a higher correlation over all their months carry the same information."""


@dataclass(frozen=True, kw_only=True)
class MetricReview:
    """What a metric lacks; no findings where it meets all criteria."""

    metric: Metric
    findings: tuple[Finding, ...]


def review_metrics(layer: SemanticLayer, *, tested: Collection[str]) -> list[MetricReview]:
    """Every metric with what it lacks, in alphabetical order.

    `tested` are names that some test of the project mentions. A metric is accurate when its marts have dbt
    tests and a test names it, or all of its inputs.
    """
    metrics = {metric.name: metric for metric in layer.metrics()}
    until = layer.until or date.today()
    values = _values_by_month(layer, until)
    targets = targets_by_metric(layer)
    copies = _copies(values)
    reviews = []
    for metric in metrics.values():
        own = targets.get(metric.name, ())
        findings = [
            *_aligned(metric),
            *_attainable(layer, metric, own, until),
            *_acute(values.get(metric.name, {}), copies.get(metric.name)),
            *_accurate(layer, metric, tested),
            *_actionable(metric),
            *_alive(values.get(metric.name, {}), own, until),
        ]
        reviews.append(MetricReview(metric=metric, findings=tuple(findings)))
    return reviews


def _aligned(metric: Metric) -> list[Finding]:
    findings = [] if metric.objective else [_finding("aligned", "no_objective")]
    return findings if metric.roles else [*findings, _finding("aligned", "nobody")]


def _attainable(
    layer: SemanticLayer, metric: Metric, targets: Sequence[Target], until: date
) -> list[Finding]:
    """Compares the company's newest target with the best value in history at its grain."""
    if not targets:
        return [_finding("attainable", "no_target")]
    own = [t for t in targets if t.scope == "company" and t.period_start <= until]
    if not own:
        return []  # targets of teams and reps alone: the company's history does not apply to them
    newest = max(own, key=lambda target: target.period_start)
    values = evaluate(layer, [metric.name], newest.grain, until=until).table.to_pylist()
    series = [
        row["value"] for row in values if row["period_start"] < first_day(newest.grain, until)
    ]
    if not series:
        return []
    best = min(series) if metric.better == "down" else max(series)
    reached = best <= newest.target if metric.better == "down" else best >= newest.target
    if reached:
        return []
    return [
        _finding(
            "attainable", "out_of_reach", target=f"{newest.target:,.4g}",
            period=str(newest.period_start), grain=newest.grain, n=str(len(series)),
            best=f"{best:,.4g}",
        )
    ]  # fmt: skip


def _acute(series: Mapping[date, float], copy: tuple[str, float, int] | None) -> list[Finding]:
    if len(series) < MIN_VALUES:
        return [_finding("acute", "no_history", n=str(MIN_VALUES))]
    findings = []
    values = list(series.values())
    if pstdev(values) <= MIN_VARIATION * abs(fmean(values)):
        findings.append(_finding("acute", "still", value=f"{fmean(values):,.4g}"))
    if copy:
        findings.append(
            _finding("acute", "copy", other=copy[0], r=f"{copy[1]:.4f}", n=str(copy[2]))
        )
    return findings


def _accurate(layer: SemanticLayer, metric: Metric, tested: Collection[str]) -> list[Finding]:
    findings = []
    if metric.name not in tested:
        untested = [name for name in metric.inputs if name not in tested]
        if untested:
            findings.append(_finding("accurate", "parts_untested", parts=", ".join(untested)))
        elif not metric.inputs:
            findings.append(_finding("accurate", "untested"))
    for mart in layer.marts([metric.name]):
        if not layer.lineage.tests_on(mart):
            findings.append(_finding("accurate", "unchecked", mart=mart))
    return findings


def _actionable(metric: Metric) -> list[Finding]:
    findings = [] if metric.owner else [_finding("actionable", "no_owner")]
    return findings if metric.action else [*findings, _finding("actionable", "no_action")]


def _alive(series: Mapping[date, float], targets: Sequence[Target], until: date) -> list[Finding]:
    findings = []
    last = max(series, default=None)
    if last is not None and last < first_day("month", _months_before(until, 2)):
        findings.append(_finding("alive", "dead", since=f"{last:%Y-%m}"))
    due = [
        months_after(target.set_on, target.review_every_months)
        for target in targets
        if target.set_on and target.review_every_months
    ]
    if not due:
        findings.append(_finding("alive", "no_review"))
    elif max(due) < until:
        findings.append(_finding("alive", "overdue", since=str(max(due))))
    return findings


def _finding(criterion: QualityCriterion, code: str, **facts: str) -> Finding:
    return Finding(criterion=criterion, code=code, facts=facts)


def _values_by_month(layer: SemanticLayer, until: date) -> dict[str, dict[date, float]]:
    """Values of the last complete months by metric."""
    first, running = _months_before(until, MONTHS), first_day("month", until)
    by_month: dict[str, dict[date, float]] = defaultdict(dict)
    evaluated = monthly_values(layer, [metric.name for metric in layer.metrics()])
    for row in evaluated.table.to_pylist():
        if first <= row["period_start"] < running:
            by_month[row["metric"]][row["period_start"]] = row["value"]
    return by_month


def _copies(months: Mapping[str, Mapping[date, float]]) -> dict[str, tuple[str, float, int]]:
    """Metric to the first other one, by name, that correlates with it almost perfectly."""
    varied = {
        name: series
        for name, series in sorted(months.items())
        if len(series) >= MIN_VALUES
        and pstdev(series.values()) > MIN_VARIATION * abs(fmean(series.values()))
    }
    copies: dict[str, tuple[str, float, int]] = {}
    for name, series in varied.items():
        for other, others in varied.items():
            if other == name or series.keys() != others.keys():
                continue
            r = correlation(list(series.values()), [others[month] for month in series])
            if abs(r) >= MAX_CORRELATION:
                copies[name] = (other, r, len(series))
                break
    return copies


def months_after(day: date, months: int) -> date:
    """The same day some months later, or the last of its month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _months_before(day: date, months: int) -> date:
    return months_after(day.replace(day=1), -months)
