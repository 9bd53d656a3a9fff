"""Is a metric worth keeping? The six A's: aligned, attainable, acute, accurate, actionable, alive.

Each is judged from what the metric's YAML says and from its values and targets in a release; what cannot be
judged is said to be missing, never taken for good. Showing a scorecard does not belong here.
"""

from __future__ import annotations

import calendar
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import correlation, fmean, pstdev
from typing import TYPE_CHECKING, Literal

from semantic_layer.last_value import period_start
from semantic_layer.records import GRAINS, Grain, Metric

if TYPE_CHECKING:
    from semantic_layer.layer import SemanticLayer

Quality = Literal["aligned", "attainable", "acute", "accurate", "actionable", "alive"]
QUALITIES: tuple[Quality, ...] = (
    "aligned", "attainable", "acute", "accurate", "actionable", "alive",
)  # fmt: skip

MONTHS = 24
"""Months of history that are looked at."""
ENOUGH = 6
"""Values below which neither variation nor likeness says anything."""
STILL = 0.001
"""A metric whose standard deviation is under this share of its mean does not vary."""
COPY = 0.9999
"""Two metrics with a higher correlation over all their months say the same thing."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What is missing for one of the six: a code of `TEXTS`, and what it is about."""

    quality: Quality
    code: str
    facts: Mapping[str, str]

    def text(self, lang: Literal["en", "es"] = "en") -> str:
        """The finding as a sentence."""
        return TEXTS[self.code][lang == "es"].format(**self.facts)


@dataclass(frozen=True, kw_only=True)
class Worth:
    """What a metric lacks; nothing where it is worth keeping as it is."""

    metric: Metric
    findings: tuple[Finding, ...]


@dataclass(frozen=True, kw_only=True)
class Target:
    """A target of a metric. `target` is before any growth assumption."""

    metric: str
    scope: str
    grain: Grain
    period_start: date
    target: float
    set_on: date | None
    review_every_months: int | None


TEXTS: dict[str, tuple[str, str]] = {
    "no_objective": (
        "serves no objective (meta `objective`)", "no sirve a ningún objetivo (meta `objective`)",
    ),
    "nobody": ("nobody watches it (meta `roles`)", "nadie la mira (meta `roles`)"),
    "no_target": (
        "has no target (seeds/targets.csv)", "no tiene objetivo numérico (seeds/targets.csv)",
    ),
    "out_of_reach": (
        "the target {target} of {period} is out of reach: the best {grain} of {n} was {best}",
        "el objetivo {target} de {period} no es alcanzable: el mejor valor de {n} ({grain}) fue {best}",
    ),
    "no_history": (
        "fewer than {n} months of values to judge it by",
        "menos de {n} meses con valores para juzgarla",
    ),
    "still": ("does not vary: {value} all the time", "no varía: siempre {value}"),
    "copy": (
        "moves exactly as {other} does (r = {r} over {n} months)",
        "se mueve igual que {other} (r = {r} en {n} meses)",
    ),
    "untested": ("no test names it", "ninguna prueba la nombra"),
    "parts_untested": (
        "no test names it, nor all that it is made of: {parts}",
        "ninguna prueba la nombra, ni todo de lo que se compone: {parts}",
    ),
    "unchecked": ("no dbt test stands on {mart}", "ninguna prueba de dbt está sobre {mart}"),
    "no_owner": ("has no owner (meta `owner`)", "no tiene responsable (meta `owner`)"),
    "no_action": (
        "nothing to do when it is off (meta `action`)",
        "no dice qué hacer cuando va mal (meta `action`)",
    ),
    "dead": (
        "has had no value since {since}", "no tiene valor desde {since}",
    ),
    "no_review": (
        "no review date (`set_on` and `review_every_months` of its target)",
        "sin fecha de revisión (`set_on` y `review_every_months` de su objetivo)",
    ),
    "overdue": ("its review has been due since {since}", "su revisión venció el {since}"),
}  # fmt: skip


def worth_of(layer: SemanticLayer, *, tested: Collection[str]) -> list[Worth]:
    """Every metric with what it lacks, in alphabetical order.

    `tested` are names that some test of the project mentions. A metric is accurate when its marts have dbt
    tests and a test names it, or all that it is made of.
    """
    metrics = {metric.name: metric for metric in layer.metrics()}
    until = layer.until or date.today()
    months = _months(layer, until)
    targets = _targets(layer)
    copies = _copies(months)
    judged = []
    for metric in metrics.values():
        own = targets.get(metric.name, [])
        findings = [
            *_aligned(metric),
            *_attainable(layer, metric, own, until),
            *_acute(months.get(metric.name, {}), copies.get(metric.name)),
            *_accurate(layer, metric, tested),
            *_actionable(metric),
            *_alive(months.get(metric.name, {}), own, until),
        ]
        judged.append(Worth(metric=metric, findings=tuple(findings)))
    return judged


def _aligned(metric: Metric) -> list[Finding]:
    found = [] if metric.objective else [_finding("aligned", "no_objective")]
    return found if metric.roles else [*found, _finding("aligned", "nobody")]


def _attainable(
    layer: SemanticLayer, metric: Metric, targets: Sequence[Target], until: date
) -> list[Finding]:
    """The newest target of the company against the best that history has seen at its grain."""
    if not targets:
        return [_finding("attainable", "no_target")]
    own = [t for t in targets if t.scope == "company" and t.period_start <= until]
    if not own:
        return []  # targets of teams and reps alone: the company's history is no measure of them
    newest = max(own, key=lambda target: target.period_start)
    values = layer.evaluate([metric.name], newest.grain, until=until).table.to_pylist()
    series = [
        row["value"] for row in values if row["period_start"] < period_start(until, newest.grain)
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
    if len(series) < ENOUGH:
        return [_finding("acute", "no_history", n=str(ENOUGH))]
    found = []
    values = list(series.values())
    if pstdev(values) <= STILL * abs(fmean(values)):
        found.append(_finding("acute", "still", value=f"{fmean(values):,.4g}"))
    if copy:
        found.append(_finding("acute", "copy", other=copy[0], r=f"{copy[1]:.4f}", n=str(copy[2])))
    return found


def _accurate(layer: SemanticLayer, metric: Metric, tested: Collection[str]) -> list[Finding]:
    found = []
    if metric.name not in tested:
        untested = [name for name in metric.inputs if name not in tested]
        if untested:
            found.append(_finding("accurate", "parts_untested", parts=", ".join(untested)))
        elif not metric.inputs:
            found.append(_finding("accurate", "untested"))
    for mart in layer.marts([metric.name]):
        if not layer.tests_on(mart):
            found.append(_finding("accurate", "unchecked", mart=mart))
    return found


def _actionable(metric: Metric) -> list[Finding]:
    found = [] if metric.owner else [_finding("actionable", "no_owner")]
    return found if metric.action else [*found, _finding("actionable", "no_action")]


def _alive(series: Mapping[date, float], targets: Sequence[Target], until: date) -> list[Finding]:
    found = []
    last = max(series, default=None)
    if last is not None and last < period_start(_months_before(until, 2), "month"):
        found.append(_finding("alive", "dead", since=f"{last:%Y-%m}"))
    due = [
        months_after(target.set_on, target.review_every_months)
        for target in targets
        if target.set_on and target.review_every_months
    ]
    if not due:
        found.append(_finding("alive", "no_review"))
    elif max(due) < until:
        found.append(_finding("alive", "overdue", since=str(max(due))))
    return found


def _finding(quality: Quality, code: str, **facts: str) -> Finding:
    return Finding(quality=quality, code=code, facts=facts)


def _months(layer: SemanticLayer, until: date) -> dict[str, dict[date, float]]:
    """Values of the last whole months by metric."""
    first, running = _months_before(until, MONTHS), period_start(until, "month")
    found: dict[str, dict[date, float]] = defaultdict(dict)
    evaluated = layer.monthly([metric.name for metric in layer.metrics()])
    for row in evaluated.table.to_pylist():
        if first <= row["period_start"] < running:
            found[row["metric"]][row["period_start"]] = row["value"]
    return found


def _copies(months: Mapping[str, Mapping[date, float]]) -> dict[str, tuple[str, float, int]]:
    """Metric to the first other one, by name, that it cannot be told from."""
    varied = {
        name: series
        for name, series in sorted(months.items())
        if len(series) >= ENOUGH and pstdev(series.values()) > STILL * abs(fmean(series.values()))
    }
    found: dict[str, tuple[str, float, int]] = {}
    for name, series in varied.items():
        for other, others in varied.items():
            if other == name or series.keys() != others.keys():
                continue
            r = correlation(list(series.values()), [others[month] for month in series])
            if abs(r) >= COPY:
                found[name] = (other, r, len(series))
                break
    return found


def _targets(layer: SemanticLayer) -> dict[str, list[Target]]:
    found: dict[str, list[Target]] = defaultdict(list)
    for row in layer.targets():
        if row["period_grain"] in GRAINS:
            found[row["metric"]].append(
                Target(
                    metric=row["metric"],
                    scope=row["scope"],
                    grain=row["period_grain"],
                    period_start=row["period_start_on"],
                    target=float(row["target"]),
                    set_on=row["set_on"],
                    review_every_months=row["review_every_months"],
                )
            )
    return found


def months_after(day: date, months: int) -> date:
    """The same day some months later, or the last of its month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _months_before(day: date, months: int) -> date:
    return months_after(day.replace(day=1), -months)
