"""MetricFlow, wrapped: from a semantic manifest to definitions and SQL.

The one way to MetricFlow, whose classes are no stable API (`two_hops` makes it quicker). It plans and never runs a
query; running belongs to `warehouse`, checking what a caller wrote to `names` and `filters`.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from orchestration.core.errors import QueryInvalid, ReleaseCorrupt
from semantic_layer.catalogue import read_metrics
from semantic_layer.names import ResolvedRequest
from semantic_layer.plans import GroupByItem, KeptPlans
from semantic_layer.records import METRIC_TIME, Dimension, DimensionKind, Metric
from semantic_layer.running_totals import summed_by_day_first

_PLANS_KEPT = 512
_GRAIN_ORDER = ("hour", "day", "week", "month", "quarter", "year")


class PlanningClient:
    """A SQL client of MetricFlow's protocol that lends it DuckDB's dialect and runs nothing."""

    def __init__(self) -> None:
        from metricflow.protocols.sql_client import SqlEngine
        from metricflow.sql.render.duckdb_renderer import DuckDbSqlPlanRenderer

        self.sql_engine_type = SqlEngine.DUCKDB
        self.sql_plan_renderer = DuckDbSqlPlanRenderer()

    def query(self, stmt: str, sql_bind_parameter_set: object = None) -> Any:
        """Refuses: SQL is run on the release, read-only."""
        raise AssertionError("the semantic layer's engine plans and does not query")

    def execute(self, stmt: str, sql_bind_parameter_set: object = None) -> None:
        """Refuses, as `query` does."""
        raise AssertionError("the semantic layer's engine plans and does not execute")

    def dry_run(self, stmt: str, sql_bind_parameter_set: object = None) -> None:
        """Refuses, as `query` does."""
        raise AssertionError("the semantic layer's engine plans and does not dry-run")

    def close(self) -> None:
        """Nothing is open."""

    def render_bind_parameter_key(self, bind_parameter_key: str) -> str:
        """DuckDB's way to name a parameter."""
        return f"${bind_parameter_key}"


class Engine:
    """Definitions and plans of one semantic manifest. Safe to share between threads."""

    def __init__(
        self,
        semantic_manifest: str,
        *,
        origin: Path | str = "semantic manifest",
        plans: KeptPlans | None = None,
    ) -> None:
        """Read the text of a `semantic_manifest.json`; `origin` is named in errors.

        `plans` are those that were made of the same text before; new ones are put there.
        """
        from metricflow.engine.metricflow_engine import MetricFlowEngine
        from metricflow_semantics.model.dbt_manifest_parser import (
            parse_manifest_from_dbt_generated_manifest,
        )
        from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup

        from semantic_layer.multi_hop_joins import make_pairs_once

        make_pairs_once()
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
        self._elements = _element_texts(self._manifest)
        self._dimensions: dict[tuple[str, ...], Mapping[str, Dimension]] = {}
        self._plans: OrderedDict[ResolvedRequest, str] = OrderedDict()
        self._kept = plans
        # MetricFlow numbers aliases in a state of its own; planning is all Python anyway.
        self._lock = threading.Lock()

    def metrics(self) -> Mapping[str, Metric]:
        """All metrics that are not private, by name, in alphabetical order."""
        return self._metrics

    def dimensions(self, metrics: Sequence[str]) -> Mapping[str, Dimension]:
        """What all of these metrics can be grouped by, by name; everything there is, for none."""
        key = tuple(sorted(metrics))
        with self._lock:
            if key not in self._dimensions:
                self._dimensions[key] = self._read_dimensions(key)
            return self._dimensions[key]

    def explain(self, request: ResolvedRequest) -> str:
        """The SQL of a request, the same text for the same request."""
        with self._lock:
            if request in self._plans:
                self._plans.move_to_end(request)
                return self._plans[request]
            kept = self._kept.get(request) if self._kept else None
            sql = kept or self._plan(request)
            if self._kept and not kept:
                self._kept.put(request, sql)
            self._plans[request] = sql
            if len(self._plans) > _PLANS_KEPT:
                self._plans.popitem(last=False)
            return sql

    def _plan(self, request: ResolvedRequest) -> str:
        from metricflow.engine.metricflow_engine import (
            MetricFlowQueryRequest,
            MetricFlowRequestId,
            OutputColumnOrderMode,
        )

        # MetricFlow knows no offset: then both are written after its text, which ends in the order.
        limited = request.limit is not None and not request.offset
        try:
            plan = self._engine.explain(
                MetricFlowQueryRequest.create(
                    request_id=MetricFlowRequestId(mf_rid="embudo"),
                    metric_names=list(request.metrics) or None,
                    group_by_names=[item.column for item in request.group_by] or None,
                    where_constraints=list(request.where) or None,
                    order_by_names=list(request.order) or None,
                    limit=request.limit if limited and request.limit else None,
                    output_column_order_mode=OutputColumnOrderMode.INPUT_ORDER,
                )
            )
            sql = summed_by_day_first(str(plan.sql_statement.sql))
        except Exception as error:  # its own errors and those of its template engine
            asked = ", ".join((*request.metrics, *(item.column for item in request.group_by)))
            raise QueryInvalid(
                f"The query of {asked} cannot be planned: {explained(error)}"
            ) from error
        if request.limit == 0 or request.offset:
            limit = f"\nLIMIT {request.limit}" if request.limit is not None else ""
            sql += f"{limit}\nOFFSET {request.offset}"
        return sql

    def _read_dimensions(self, metrics: tuple[str, ...]) -> Mapping[str, Dimension]:
        found: dict[str, Dimension] = {}
        grains: dict[str, set[str]] = {}
        items = self._kept.items(metrics) if self._kept else None
        if items is None:
            items = list(self._group_by_items(metrics))
            if self._kept:
                self._kept.put_items(metrics, items)
        for name, kind, grain, element in items:
            if kind == "time":
                grains.setdefault(name, set()).add(grain)
            text = self._elements.get(element, {})
            found[name] = Dimension(
                name=name,
                kind=kind,
                label=text.get("label") or name.replace("__", " ").replace("_", " ").capitalize(),
                label_es=text.get("label_es", ""),
                description=text.get("description", ""),
                grains=tuple(g for g in _GRAIN_ORDER if g in grains.get(name, ())),
            )
        return dict(sorted(found.items(), key=lambda item: _rank(item[1])))

    def _group_by_items(self, metrics: tuple[str, ...]) -> Iterator[GroupByItem]:
        from metricflow_semantic_interfaces.references import MetricReference
        from metricflow_semantics.model.linkable_element_property import GroupByItemProperty
        from metricflow_semantics.model.semantics.element_filter import GroupByItemSetFilter
        from metricflow_semantics.model.semantics.linkable_element import LinkableElementType

        kinds: dict[Any, DimensionKind] = {
            LinkableElementType.DIMENSION: "categorical",
            LinkableElementType.TIME_DIMENSION: "time",
            LinkableElementType.ENTITY: "entity",
        }
        denied = frozenset({GroupByItemProperty.METRIC, GroupByItemProperty.DATE_PART})
        item_filter = GroupByItemSetFilter.create(any_properties_denylist=denied)
        lookup = self._lookup.metric_lookup
        if metrics:
            references = tuple(MetricReference(name) for name in metrics)
            items = lookup.get_common_group_by_items(
                metric_references=references, set_filter=item_filter
            )
        else:
            items = lookup.get_group_by_items_for_distinct_values_query(item_filter)
        for annotated in items.annotated_specs:
            if (kind := kinds.get(annotated.element_type)) is None:
                continue
            spec = annotated.spec
            links = [str(link.element_name) for link in spec.entity_links]
            grain = str(getattr(spec, "time_granularity_name", "") or "") if kind == "time" else ""
            name = "__".join([*links, str(spec.element_name)])
            yield name, kind, grain, (links[-1] if links else "", str(spec.element_name))


def explained(error: Exception) -> str:
    """What MetricFlow's error says, without the shape of its report."""
    messages = re.findall(
        r"Message:\s*\n(.*?)(?=\n\s*Query Input:|\n\s*Issue Location:|\Z)", str(error), re.S
    )
    text = " ".join(messages) or str(error)
    return " ".join(text.split())[:600]


def _first_line(error: Exception) -> str:
    return " ".join(str(error).split())[:300]


def _rank(dimension: Dimension) -> tuple[int, int, int, str]:
    """`metric_time` first, then what is one step away, then what is further; entities last."""
    if dimension.name == METRIC_TIME:
        return (0, 0, 0, "")
    return (1, dimension.kind == "entity", dimension.name.count("__"), dimension.name)


def _element_texts(manifest: Any) -> dict[tuple[str, str], dict[str, str]]:
    """Label and description of each dimension and entity, by (entity it hangs on, its name)."""
    texts: dict[tuple[str, str], dict[str, str]] = {
        ("", METRIC_TIME): {
            "label": "Time",
            "label_es": "Fecha",
            "description": "The date that each metric goes by, as its description says.",
        }
    }
    for model in manifest.semantic_models:
        anchors = [
            e.name for e in model.entities if e.type.value in ("primary", "unique", "natural")
        ]
        if model.primary_entity:
            anchors.append(model.primary_entity)
        for element in [*model.dimensions, *model.entities]:
            meta = getattr(element.config, "meta", None) or {}
            text = {
                "label": element.label or "",
                "label_es": str(meta.get("label_es", "")),
                "description": element.description or "",
            }
            for anchor in anchors:
                texts[anchor, element.name] = text
            if element in model.entities and element.name in anchors:
                texts["", element.name] = text
    return texts
