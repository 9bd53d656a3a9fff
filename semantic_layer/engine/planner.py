"""MetricFlow, wrapped: from a semantic manifest to definitions and SQL.

MetricFlow's classes are no stable API, and only this package uses them. It plans and never runs a query;
running belongs to `warehouse`, checking what a caller wrote to `names` and `filters`.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from orchestration.core.errors import QueryInvalid, ReleaseCorrupt
from semantic_layer.catalogue import read_metrics
from semantic_layer.engine.calendar_windows import with_whole_months
from semantic_layer.engine.dimensions import dimensions_of, element_texts, group_by_items
from semantic_layer.engine.running_totals import summed_by_day_first
from semantic_layer.engine.sql_client import PlanningClient
from semantic_layer.engine.time_of_day import Hours, side_by_side, with_queried_names
from semantic_layer.names import GroupBy, ResolvedRequest
from semantic_layer.plans import GroupByItem, PlanCache
from semantic_layer.records import HOUR, METRIC_TIME, Dimension, Metric

_PLANS_IN_MEMORY = 512


class Engine:
    """Definitions and plans of one semantic manifest. Safe to share between threads."""

    def __init__(
        self,
        semantic_manifest: str,
        *,
        origin: Path | str = "semantic manifest",
        plans: PlanCache | None = None,
    ) -> None:
        """Read the text of a `semantic_manifest.json`; `origin` is named in errors.

        `plans` holds those that were made from the same text before; new ones are added to it.
        """
        from metricflow.engine.metricflow_engine import MetricFlowEngine
        from metricflow_semantics.model.dbt_manifest_parser import (
            parse_manifest_from_dbt_generated_manifest,
        )
        from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup

        from semantic_layer.engine.multi_hop_joins import share_multi_hop_joins

        share_multi_hop_joins()
        try:
            self._manifest = parse_manifest_from_dbt_generated_manifest(semantic_manifest)
            self._lookup = SemanticManifestLookup(self._manifest)
            self._engine = MetricFlowEngine(self._lookup, PlanningClient())
        except Exception as error:  # MetricFlow raises whatever its parser met
            raise ReleaseCorrupt(
                f"{origin} cannot be read as a semantic manifest: {_first_line(error)}. "
                "Run `embudo validate` to see what is wrong with the metric definitions."
            ) from error
        self._metrics = read_metrics(semantic_manifest)
        self._texts = element_texts(self._manifest)
        self._hours = Hours.of(semantic_manifest)
        self._dimensions: dict[tuple[str, ...], Mapping[str, Dimension]] = {}
        self._plans: OrderedDict[ResolvedRequest, str] = OrderedDict()
        self._cache = plans
        # MetricFlow numbers aliases in a state of its own; planning is all Python anyway.
        self._lock = threading.Lock()
        # What is planned already is found without waiting for what is being planned.
        self._memory_lock = threading.Lock()

    def metrics(self) -> Mapping[str, Metric]:
        """All metrics that are not private, by name, in alphabetical order."""
        return self._metrics

    def dimensions(self, metrics: Sequence[str]) -> Mapping[str, Dimension]:
        """What all of these metrics can be grouped by, by name; everything there is, for none."""
        key = tuple(sorted(metrics))
        if (known := self._dimensions.get(key)) is not None:
            return known
        with self._lock:
            if key not in self._dimensions:
                self._dimensions[key] = self._read_dimensions(key)
            return self._dimensions[key]

    def explain(self, request: ResolvedRequest) -> str:
        """The SQL of a request, the same text for the same request."""
        if (known := self._known(request)) is not None:
            return known
        with self._lock:
            if (known := self._known(request)) is not None:
                return known
            cached = self._cache.get(request) if self._cache else None
            sql = cached or self._plan(request)
            if self._cache and not cached:
                self._cache.put(request, sql)
            with self._memory_lock:
                self._plans[request] = sql
                if len(self._plans) > _PLANS_IN_MEMORY:
                    self._plans.popitem(last=False)
            return sql

    def _known(self, request: ResolvedRequest) -> str | None:
        """The plan of a request that is in memory."""
        with self._memory_lock:
            if request in self._plans:
                self._plans.move_to_end(request)
            return self._plans.get(request)

    def _plan(self, request: ResolvedRequest) -> str:
        by_hour = any(_is_hour(item) for item in request.group_by)
        parts = self._hours.of_metrics(request.metrics) if by_hour else {"": request.metrics}
        limited = request.limit is not None and not request.offset
        if len(parts) == 1:
            ((hour, _),) = parts.items()
            sql = self._planned(request, hour, limit=request.limit if limited else None)
            # MetricFlow knows no offset and takes a limit of zero for none: its text ends in the order.
            written = request.limit == 0 or bool(request.offset)
        else:
            alone = replace(request, order=())
            queries = [
                self._planned(replace(alone, metrics=metrics), hour, limit=None)
                for hour, metrics in parts.items()
            ]
            groups = [item.column for item in request.group_by]
            sql = side_by_side(queries, groups=groups, metrics=request.metrics, order=request.order)
            written = request.limit is not None or bool(request.offset)
        if written:
            sql += f"\nLIMIT {request.limit}" if request.limit is not None else ""
            sql += f"\nOFFSET {request.offset}" if request.offset or not request.limit else ""
        return sql

    def _planned(self, request: ResolvedRequest, hour: str, *, limit: int | None) -> str:
        """MetricFlow's SQL of a request; `hour` is the dimension that its hours go by."""
        from metricflow.engine.metricflow_engine import (
            MetricFlowQueryRequest,
            MetricFlowRequestId,
            OutputColumnOrderMode,
        )

        planned = {
            item.column: hour if _is_hour(item) else item.dimension.planned_name or item.column
            for item in request.group_by
        }
        try:
            plan = self._engine.explain(
                MetricFlowQueryRequest.create(
                    request_id=MetricFlowRequestId(mf_rid="embudo"),
                    metric_names=list(request.metrics) or None,
                    group_by_names=list(planned.values()) or None,
                    where_constraints=list(request.where) or None,
                    order_by_names=[_planned_order(name, planned) for name in request.order]
                    or None,
                    limit=limit or None,
                    output_column_order_mode=OutputColumnOrderMode.INPUT_ORDER,
                )
            )
            sql = with_whole_months(summed_by_day_first(str(plan.sql_statement.sql)))
            renamed = {name: column for column, name in planned.items() if name != column}
            return with_queried_names(sql, renamed)
        except Exception as error:  # its own errors and those of its template engine
            columns = ", ".join((*request.metrics, *(item.column for item in request.group_by)))
            raise QueryInvalid(
                f"The query of {columns} cannot be planned: {_message(error)}"
            ) from error

    def _read_dimensions(self, metrics: tuple[str, ...]) -> Mapping[str, Dimension]:
        items = self._cache.items(metrics) if self._cache else None
        if items is None:
            items = self._group_by_items(metrics)
            if self._cache:
                self._cache.put_items(metrics, items)
        return dimensions_of(items, self._texts, hours=self._hours, metrics=metrics)

    def _group_by_items(self, metrics: tuple[str, ...]) -> list[GroupByItem]:
        return list(group_by_items(self._lookup, metrics))


def _is_hour(item: GroupBy) -> bool:
    """Whether a group-by column is `metric_time` by hour."""
    return item.grain == HOUR and item.dimension.name == METRIC_TIME


def _planned_order(name: str, planned: Mapping[str, str]) -> str:
    column = name.removeprefix("-")
    return name[: len(name) - len(column)] + planned.get(column, column)


def _message(error: Exception) -> str:
    """The message of MetricFlow's error, without the layout of its report."""
    messages = re.findall(
        r"Message:\s*\n(.*?)(?=\n\s*Query Input:|\n\s*Issue Location:|\Z)", str(error), re.S
    )
    text = " ".join(messages) or str(error)
    return " ".join(text.split())[:600]


def _first_line(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
