"""What one reader sees of a release: a role's scorecard, and alerts.

Only choosing rows belongs here; how they look belongs to `rendering`.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from orchestration.core.errors import QueryInvalid, ReleaseCorrupt
from orchestration.core.periods import first_day
from scorecards.columns import tables
from scorecards.roles import Role, metrics_of
from scorecards.scopes import Subject, find_subject
from semantic_layer.period_names import from_grain, period_name, read_period
from semantic_layer.records import Grain, Trust

if TYPE_CHECKING:
    from semantic_layer.layer import SemanticLayer

SEVERITIES = ("critical", "warning", "info")

_NEWEST = """
    select grain, coalesce(max(period_start) filter (is_complete), max(period_start)) as period_start
    from performance.scorecard
    group by grain
"""

_CHOSEN = """
    with wanted (grain, period_start) as (values {places})
    select scorecard.*
    from performance.scorecard
    inner join wanted using (grain, period_start)
    where scorecard.scope = ?
        and scorecard.scope_key = ?
        and list_contains(?, scorecard.metric)
    qualify row_number() over (
        partition by scorecard.metric order by list_position(?, scorecard.grain)
    ) = 1
"""

_ALERTS = """
    select *
    from performance.alerts
    where (? is null or rule = ?)
        and (? is null or severity = ?)
        and case ? when 'rep' then rep_key when 'team' then team when 'region' then region else 'company' end = ?
    order by list_position(?, severity), rule, since_at, subject_key
"""


@dataclass(frozen=True, kw_only=True)
class ScorecardView:
    """A role's metrics for one subject, one row per metric with all columns of the scorecard."""

    role: Role
    subject: Subject
    rows: Sequence[Mapping[str, Any]]
    missing: int
    """Metrics of the role that have no figure here."""
    trust: Trust
    currency: str


@dataclass(frozen=True, kw_only=True)
class AlertsView:
    """Alerts, the gravest first."""

    rows: Sequence[Mapping[str, Any]]
    trust: Trust


def scorecard_view(
    layer: SemanticLayer,
    role: Role,
    *,
    who: str | None = None,
    grain: Grain | None = None,
    period: str | None = None,
) -> ScorecardView:
    """The newest complete period of each metric, or the requested one; default grain: month.

    A metric without values by the grain is shown by the next longer one that it has.
    """
    _require(layer, "scorecard")
    subject = find_subject(layer, who)
    start: date | None = None
    if period is not None:
        of_period, start = read_period(period)
        if grain not in (None, of_period):
            raise QueryInvalid(
                f"`{period}` is a {of_period}, not a {grain}; leave one of them out."
            )
        grain = of_period
    grains = list(from_grain(grain or "month"))
    metrics = metrics_of(role, layer.metrics())
    names = [metric.name for metric in metrics]
    shown: list[dict[str, Any]] = []
    if periods := _periods(layer, grains, start):
        sql = _CHOSEN.format(places=", ".join("(?, cast(? as date))" for _ in periods))
        pairs = [value for pair in periods.items() for value in pair]
        shown = layer.rows(sql, [*pairs, subject.scope, subject.key, names, grains])
    if not shown:
        wanted = period or f"a {grain or 'month'} or longer"
        raise QueryInvalid(
            f"{subject.name} has no figures of a {role.value} for {wanted}. {_span(layer, grains[0])}"
        )
    columns = tables()["scorecard"].columns
    by_metric = {row["metric"]: {name: row[name] for name in columns} for row in shown}
    rows = [by_metric[name] for name in names if name in by_metric]
    return ScorecardView(
        role=role,
        subject=subject,
        rows=rows,
        missing=len(names) - len(rows),
        trust=layer.trust([row["metric"] for row in rows]),
        currency=layer.currency,
    )


def _periods(layer: SemanticLayer, grains: Sequence[Grain], start: date | None) -> dict[str, date]:
    """First day of the period of each grain: the one that holds `start`, or the last complete one."""
    if start is not None:
        return {grain: first_day(grain, start) for grain in grains}
    newest = {row["grain"]: row["period_start"] for row in layer.rows(_NEWEST)}
    return {grain: newest[grain] for grain in grains if grain in newest}


def alerts_view(
    layer: SemanticLayer,
    *,
    rule: str | None = None,
    severity: str | None = None,
    who: str | None = None,
) -> AlertsView:
    """Alerts of a rule, a severity, or about a rep, team or region; raises `QueryInvalid` for unknown names."""
    _require(layer, "alerts")
    rules = [
        row["rule"] for row in layer.rows("select distinct rule from performance.dim_alert_rules")
    ]
    if rule is not None and rule not in rules:
        near = difflib.get_close_matches(rule, rules, n=1)
        advice = f" Nearest: {near[0]}." if near else ""
        raise QueryInvalid(f"There is no rule `{rule}`.{advice} Rules: {', '.join(sorted(rules))}.")
    subject = find_subject(layer, who)
    rows = layer.rows(
        _ALERTS,
        [rule, rule, severity, severity, subject.scope, subject.key, list(SEVERITIES)],
    )
    return AlertsView(rows=rows, trust=layer.trust([]))


def _require(layer: SemanticLayer, table: str) -> None:
    """Raise `ReleaseCorrupt` for a release of an earlier version, without the table."""
    rows = layer.rows(
        "select 1 from information_schema.tables where table_schema = 'performance' and table_name = ?",
        [table],
    )
    if not rows:
        raise ReleaseCorrupt(
            f"Release {layer.release_id} has no {table}: it was made before there was one. "
            "`embudo refresh --full` makes one that has."
        )


def _span(layer: SemanticLayer, grain: Grain) -> str:
    row = layer.rows(
        "select min(period_start) as first, max(period_start) as last from performance.scorecard "
        "where grain = ?",
        [grain],
    )[0]
    if row["first"] is None:
        return ""
    return f"By {grain} there is {period_name(grain, row['first'])} to {period_name(grain, row['last'])}."
