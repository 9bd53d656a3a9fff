"""What the semantic layer returns about metrics: definitions, dimensions, lineage, trust.

Plain frozen data. Requests and their results have modules of their own; reading files, planning and running
queries do not belong here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from orchestration.core.records import ReleaseWarning

Grain = Literal["day", "week", "month", "quarter", "year"]
QueryGrain = Literal["hour", "day", "week", "month", "quarter", "year"]
GRAINS: tuple[Grain, ...] = ("day", "week", "month", "quarter", "year")
"""From the finest to the coarsest."""

HOUR: QueryGrain = "hour"
"""The grain of queries alone: scorecards, targets and stored values go by days and longer periods."""

QUERY_GRAINS: tuple[QueryGrain, ...] = (HOUR, *GRAINS)

DimensionKind = Literal["categorical", "time", "entity"]
MetricKind = Literal["simple", "ratio", "derived", "cumulative", "conversion"]

METRIC_TIME = "metric_time"


@dataclass(frozen=True, kw_only=True)
class Dimension:
    """Something to group or filter by. `name` is what queries name, without a grain (`rep__team`)."""

    name: str
    kind: DimensionKind
    label: str
    label_es: str = ""
    description: str = ""
    grains: tuple[str, ...] = ()
    """Of a time dimension, from its finest to the coarsest; without `hour`."""
    planned_name: str = ""
    """MetricFlow's name, where it is another."""
    has_hours: bool = False
    """Of `metric_time`: whether it has the grain `hour` too."""


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One metric of the catalogue, as its YAML defines it."""

    name: str
    kind: MetricKind
    label: str
    label_es: str
    description: str
    """The formula in words: what is counted, by which date, what is left out."""
    unit: str
    better: str
    cadence: str
    roles: tuple[str, ...]
    owner: str
    family: str
    inputs: tuple[str, ...]
    """Metrics that it is made of."""
    formula: str
    """The definition as an expression in SQL."""
    objective: str
    """The company objective that it serves, e.g. `win_more_deals`."""
    action: str
    """What its owner does when it is off track."""
    requires_metric_time: bool
    """True where the metric has no value without a time to group by (offsets, running totals)."""
    accumulates: bool
    """True where its figure grows while a period goes on and is zero where nothing happened: sums and
    counts over a period, and sums and differences of such. Levels, means and rates do not."""
    is_conversion: bool
    """True where it counts, or is made of, events that follow others of the same entity."""


@dataclass(frozen=True, kw_only=True)
class Lineage:
    """Where a metric comes from: the marts it reads, and the source streams behind them."""

    models: tuple[str, ...]
    streams: tuple[str, ...]
    """Names of the contract (`deals`, `order_lines`), whatever sources feed them."""
    seeds: tuple[str, ...] = ()
    through: tuple[str, ...] = ()
    """Models between the marts and the streams or seeds: intermediate and staging."""


@dataclass(frozen=True, kw_only=True)
class LastValue:
    """The value of the last period that is over at the data-as-of day, and of the one before."""

    grain: Grain
    period_start: date
    value: float | None
    previous: float | None = None


@dataclass(frozen=True, kw_only=True)
class MetricCard:
    """Everything about one metric."""

    metric: Metric
    dimensions: tuple[Dimension, ...]
    grains: tuple[str, ...]
    lineage: Lineage
    sql: str
    """What is run for the metric alone, by month where it needs a time."""
    last: LastValue | None = None
    """At the grain of its cadence; none where no period is over, or the tables lack what it needs."""
    currency: str = ""
    warnings: tuple[ReleaseWarning, ...] = ()
    """Those of the release that concern it, waived and excepted ones too."""


@dataclass(frozen=True, kw_only=True)
class Trust:
    """How far an answer can be trusted (I8). Times are UTC."""

    release_id: str
    as_of: datetime | None
    verdict: str
    published_at: datetime | None = None
    draft: bool = False
    """True where the definitions are not those of the release."""
    streams: Mapping[str, datetime | None] = field(default_factory=dict)
    """`source.stream` behind the metrics, and the time of its last load."""
    accepted: Mapping[str, str] = field(default_factory=dict)
    """Failed checks of the gate that a person waived, and who, when and why."""
    warnings: tuple[ReleaseWarning, ...] = ()
    """Checks that warned, were waived or are excepted, and concern the answer: what is behind its metrics."""

    @property
    def open_warnings(self) -> tuple[ReleaseWarning, ...]:
        """Those that nobody waived and no exception covers."""
        return tuple(warning for warning in self.warnings if warning.is_open)

    @property
    def excepted(self) -> tuple[ReleaseWarning, ...]:
        """Those that pass, since a standing exception of the settings covers them."""
        return tuple(warning for warning in self.warnings if warning.outcome == "pass")
