"""The semantic layer of one release: its catalogue, and answers with their trust.

Everything that reads metrics (command line, servers, scorecards, the gate) goes through
`SemanticLayer`. How answers look belongs to `present`; how they travel, to the servers.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.core.errors import QueryInvalid, ReleaseCorrupt
from semantic_layer.catalogue import read_fingerprints, read_metrics, read_saved_queries
from semantic_layer.last_value import last_value
from semantic_layer.lineage import LineageGraph
from semantic_layer.names import ResolvedRequest, resolve, unknown_metric
from semantic_layer.plans import KeptPlans
from semantic_layer.records import (
    METRIC_TIME,
    Dimension,
    Grain,
    Metric,
    MetricCard,
    QueryResult,
    ResultColumn,
    SavedQuery,
    Trust,
)
from semantic_layer.request import QueryRequest
from semantic_layer.trust import ReleaseFacts, read_release
from semantic_layer.unpivot import Spread
from semantic_layer.warehouse import Warehouse

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from semantic_layer.engine import Engine
    from semantic_layer.evaluation import Evaluation

MARTS_FILE = "marts.duckdb"
SEMANTIC_MANIFEST_FILE = "semantic_manifest.json"
MANIFEST_FILE = "manifest.json"
METRIC_VALUES = ("performance", "metric_values")
"""Where a refresh writes every metric by month."""


class SemanticLayer:
    """Metrics of one release. Safe to share between threads; close it to let the release go."""

    def __init__(
        self,
        *,
        semantic_manifest: Path,
        manifest: Path,
        warehouse: Warehouse,
        facts: ReleaseFacts,
        plans: KeptPlans | None = None,
    ) -> None:
        try:
            self._text = semantic_manifest.read_text(encoding="utf-8")
            self._metrics = read_metrics(self._text)
            self._saved_queries = read_saved_queries(self._text)
        except (OSError, ValueError, KeyError) as error:
            raise ReleaseCorrupt(
                f"{semantic_manifest} is missing or damaged ({error}). `embudo releases` lists the "
                "other releases; `embudo refresh` makes a new one."
            ) from error
        self._semantic_manifest = semantic_manifest
        self._manifest = manifest
        self._warehouse = warehouse
        self._facts = facts
        self._plans = plans
        self._lock = threading.Lock()
        self._engine: Engine | None = None
        self._graph: LineageGraph | None = None
        self._fingerprints: dict[str, str] | None = None

    @classmethod
    def open(cls, release_dir: Path) -> SemanticLayer:
        """The metrics of a published release; `current` is followed once, here."""
        release = release_dir.resolve()
        if not release.is_dir():
            raise ReleaseCorrupt(
                f"There is no release at {release_dir}. `embudo refresh` makes one; "
                "`embudo releases` lists those there are."
            )
        warehouse = Warehouse.open(release / MARTS_FILE)
        return cls(
            semantic_manifest=release / SEMANTIC_MANIFEST_FILE,
            manifest=release / MANIFEST_FILE,
            warehouse=warehouse,
            facts=read_release(release, warehouse=warehouse),
        )

    @classmethod
    def draft(
        cls,
        semantic_manifest: Path,
        manifest: Path,
        release_dir: Path,
        *,
        connection: duckdb.DuckDBPyConnection | None = None,
        plans: Path | None = None,
    ) -> SemanticLayer:
        """Other definitions over a release's tables: a working tree's, or a candidate's own.

        `connection` is that of a process that holds the candidate for writing, with its marts as
        `marts`; without it the marts are opened read-only. `plans` is a folder where plans are kept
        from one time to the next; closing the layer writes them.
        """
        release = release_dir.resolve()
        warehouse = (
            Warehouse.borrow(connection) if connection else Warehouse.open(release / MARTS_FILE)
        )
        return cls(
            semantic_manifest=semantic_manifest,
            manifest=manifest,
            warehouse=warehouse,
            facts=read_release(release, warehouse=warehouse, draft=True),
            plans=KeptPlans.of(semantic_manifest, folder=plans) if plans else None,
        )

    def metrics(self) -> list[Metric]:
        """The catalogue, in alphabetical order."""
        return list(self._metrics.values())

    def metric(self, name: str) -> MetricCard:
        """One metric whole."""
        metric = self.require(name)
        dimensions = self.dimensions([name])
        times = next((item.grains for item in dimensions if item.name == METRIC_TIME), ())
        grain: Grain | None = "month" if metric.requires_metric_time else None
        if grain and times and grain not in times:
            request = QueryRequest(metrics=(name,), group_by=(f"{METRIC_TIME}__{times[0]}",))
        else:
            request = QueryRequest(metrics=(name,), grain=grain)
        return MetricCard(
            metric=metric,
            dimensions=tuple(dimensions),
            grains=times,
            lineage=self._lineage().of([name]),
            sql=self.explain(request),
            last=last_value(self, metric, times),
            currency=self._facts.currency,
        )

    def dimensions(self, metrics: Sequence[str] = ()) -> list[Dimension]:
        """What all of these metrics can be grouped by, nearest first; for no metrics, all."""
        for name in metrics:
            self.require(name)
        return list(self.engine.dimensions(metrics).values())

    def saved_queries(self) -> list[SavedQuery]:
        """The queries that the analysts wrote down, in alphabetical order."""
        return list(self._saved_queries.values())

    def saved_query(self, name: str) -> SavedQuery:
        """One of them; raises `QueryInvalid` with those there are."""
        if name not in self._saved_queries:
            known = ", ".join(self._saved_queries) or "none"
            raise QueryInvalid(f"There is no saved query `{name}`. Known here: {known}.")
        return self._saved_queries[name]

    def explain(self, request: QueryRequest) -> str:
        """The SQL of a request, for DuckDB, without running it."""
        return self.engine.explain(resolve(request, self.engine))

    def query(self, request: QueryRequest) -> QueryResult:
        """Answer a request; raises `QueryInvalid` for names and filters that do not fit."""
        resolved = resolve(request, self.engine)
        sql = self.engine.explain(resolved)
        columns = self._columns(resolved)
        return QueryResult(
            request=request,
            table=_shaped(self._warehouse.query(sql), columns),
            columns=columns,
            sql=sql,
            trust=self.trust(request.metrics),
            currency=self._facts.currency,
        )

    def by_period(
        self, metrics: Sequence[str], grain: Grain, *, by: Sequence[str] = ()
    ) -> pa.Table:
        """Metrics by period and by each of some dimensions of one entity, in one query.

        Columns: `metric_time__<grain>`, for dimensions one named after the first of them that holds
        `dimension|value`, and the metrics.
        """
        sql = self.plan_by_period(metrics, grain, by=by)
        if by:
            spread = Spread.of(self._text, by)
            spread_out = spread.apply(sql) if spread else None
            if spread_out is None:
                raise QueryInvalid(
                    f"{', '.join(by)} cannot be asked for in one query: expected dimensions of one "
                    "entity."
                )
            sql = spread_out
        return self._warehouse.query(sql)

    def plan_by_period(
        self, metrics: Sequence[str], grain: Grain, *, by: Sequence[str] = ()
    ) -> str:
        """The SQL that `by_period` spreads over the dimensions, without asking it."""
        return self.explain(
            QueryRequest(metrics=tuple(metrics), group_by=tuple(by[:1]), grain=grain)
        )

    def evaluate(
        self,
        metrics: Sequence[str],
        grain: Grain,
        *,
        by: Sequence[str] = (),
        since: date | None = None,
        until: date | None = None,
    ) -> Evaluation:
        """Many metrics by period in few queries; see `evaluation.evaluate`."""
        from semantic_layer.evaluation import evaluate

        return evaluate(self, metrics, grain, by=by, since=since, until=until)

    def values(
        self, metrics: Sequence[str], grain: Grain, *, until: date | None = None
    ) -> pa.Table:
        """`metric, grain, period_start, value`; `QueryInvalid` names the metrics that fail."""
        return self.evaluate(metrics, grain, until=until).checked()

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[dict[str, Any]]:
        """Rows of the release's own tables, for those who show them; values of callers go into `?`."""
        return list(self._warehouse.query(sql, parameters).to_pylist())

    def monthly(self, metrics: Sequence[str]) -> Evaluation:
        """Metrics by month up to the data-as-of day, as the refresh wrote them down where it did.

        A release's own definitions on its own tables give what stands in `performance.metric_values`;
        drafts are evaluated.
        """
        from semantic_layer.evaluation import Evaluation, evaluate

        if self._facts.draft or not self._warehouse.has_table(*METRIC_VALUES):
            return evaluate(self, metrics, "month", until=self.until)
        names = ", ".join(f"'{self.require(name).name}'" for name in metrics)
        stored = self._warehouse.query(
            "select metric, grain, period_start, value from marts.performance.metric_values "
            f"where metric in ({names}) order by metric, period_start"
        )
        return Evaluation(table=stored, failures={})

    def targets(self) -> list[dict[str, Any]]:
        """The rows of `performance.fct_targets`; none where the release has no such table."""
        if not self._warehouse.has_table("performance", "fct_targets"):
            return []
        sql = (
            "select metric, scope, period_grain, period_start_on, target, set_on, review_every_months "
            "from marts.performance.fct_targets order by all"
        )
        return list(self._warehouse.query(sql).to_pylist())

    def tests_on(self, model: str) -> int:
        """How many dbt tests stand on a model."""
        return self._lineage().tests_on(model)

    def fingerprint(self, metric: str) -> str:
        """A text that is the same for two states of a metric with the same figures on the same tables."""
        with self._lock:
            if self._fingerprints is None:
                self._fingerprints = read_fingerprints(self._text)
        return self._fingerprints[self.require(metric).name]

    @property
    def until(self) -> date | None:
        """The data-as-of day in the reporting time zone; none where the release does not say."""
        return self._facts.as_of_day

    def trust(self, metrics: Sequence[str]) -> Trust:
        """How far these metrics can be trusted."""
        return self._facts.trust(self._lineage().of(metrics).streams)

    def marts(self, metrics: Sequence[str]) -> tuple[str, ...]:
        """The models that these metrics read."""
        return self._lineage().of(metrics).models

    @property
    def release_id(self) -> str:
        """The release that answers come from."""
        return self._facts.release_id

    @property
    def currency(self) -> str:
        """The reporting currency; empty where the release does not say."""
        return self._facts.currency

    @property
    def engine(self) -> Engine:
        """The planner, made at the first question that needs it."""
        with self._lock:
            if self._engine is None:
                from semantic_layer.engine import Engine

                self._engine = Engine(self._text, origin=self._semantic_manifest, plans=self._plans)
            return self._engine

    def close(self) -> None:
        """Let the release go, and keep the plans that were made."""
        if self._plans is not None:
            self._plans.write()
        self._warehouse.close()

    def __enter__(self) -> SemanticLayer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def require(self, name: str) -> Metric:
        """A metric of the catalogue; raises `QueryInvalid` with the nearest names for one that is not."""
        if name not in self._metrics:
            raise unknown_metric(name, self._metrics)
        return self._metrics[name]

    def _lineage(self) -> LineageGraph:
        with self._lock:
            if self._graph is None:
                self._graph = LineageGraph.read(self._manifest)
            return self._graph

    def _columns(self, resolved: ResolvedRequest) -> tuple[ResultColumn, ...]:
        groups = [
            ResultColumn(
                name=item.column,
                kind=item.dimension.kind,
                label=item.dimension.label,
                label_es=item.dimension.label_es or item.dimension.label,
                grain=item.grain or "",
            )
            for item in resolved.group_by
        ]
        return (*groups, *(_metric_column(self._metrics[name]) for name in resolved.metrics))


def _metric_column(metric: Metric) -> ResultColumn:
    return ResultColumn(
        name=metric.name,
        kind="metric",
        label=metric.label,
        label_es=metric.label_es,
        unit=metric.unit,
        better=metric.better,
    )


def _shaped(table: pa.Table, columns: tuple[ResultColumn, ...]) -> pa.Table:
    """Columns in the order asked for; times of a day or coarser as dates."""
    import pyarrow as pa

    table = table.select([column.name for column in columns])
    for number, column in enumerate(columns):
        dated = column.kind == "time" and column.grain != "hour"
        if dated and pa.types.is_timestamp(table.schema.field(number).type):
            days = table.column(number).cast(pa.date32(), safe=False)
            table = table.set_column(number, column.name, days)
    return table
