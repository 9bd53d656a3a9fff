"""Definitions of a release as the types of the GraphQL schema. Which fields there are is the schema's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from semantic_layer.layer import SemanticLayer
from semantic_layer.records import HOUR, METRIC_TIME, Dimension, Metric
from semantic_layer.saved_queries import SavedQuery
from serving.dbt_names import split_grain

Shown = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Definitions:
    """The definitions of one release."""

    layer: SemanticLayer

    def metrics(self) -> list[Shown]:
        """Every metric; dimensions, entities and measures of each are looked up where they are requested."""
        return [self._metric(metric) for metric in self.layer.metrics()]

    def dimensions(self, metrics: Sequence[str]) -> list[Shown]:
        """What all of these metrics can be grouped by, without entities."""
        return [
            self._dimension(item)
            for item in self.layer.dimensions(metrics)
            if item.kind != "entity"
        ]

    def entities(self, metrics: Sequence[str]) -> list[Shown]:
        """The entities that all of these metrics can be grouped by."""
        return [self._entity(i) for i in self.layer.dimensions(metrics) if i.kind == "entity"]

    def measures(self, metrics: Sequence[str]) -> list[Shown]:
        """What these metrics aggregate."""
        for name in metrics:
            self.layer.catalogue.metric(name)
        return [
            {
                "name": measure.name,
                "agg": measure.agg.upper(),
                "expr": measure.expr,
                "aggTimeDimension": measure.agg_time_dimension or None,
            }
            for measure in self.layer.catalogue.elements.measures(metrics)
        ]

    def saved_queries(self) -> list[Shown]:
        """The queries that analysts defined beside the metrics."""
        return [_saved_query(query) for query in self.layer.catalogue.saved_queries.values()]

    def _metric(self, metric: Metric) -> Shown:
        names = (metric.name,)
        return {
            "name": metric.name,
            "description": metric.description or None,
            "type": metric.kind.upper(),
            "label": metric.label,
            "requiresMetricTime": metric.requires_metric_time,
            "queryableGranularities": lambda _: self._grains(names),
            "queryableTimeGranularities": lambda _: self._grains(names),
            "dimensions": lambda _: self.dimensions(names),
            "entities": lambda _: self.entities(names),
            "measures": lambda _: self.measures(names),
            "config": {"meta": _meta(metric)},
        }

    def _grains(self, metrics: Sequence[str]) -> list[str]:
        time = next((d for d in self.layer.dimensions(metrics) if d.name == METRIC_TIME), None)
        return _grains_of(time) if time else []

    def _dimension(self, dimension: Dimension) -> Shown:
        definition = self.layer.catalogue.elements.dimension(
            dimension.planned_name or dimension.name
        )
        grains = _grains_of(dimension)
        return {
            "name": dimension.name.split("__")[-1],
            "qualifiedName": dimension.name,
            "description": dimension.description or None,
            "type": dimension.kind.upper(),
            "label": dimension.label or None,
            "isPartition": definition.is_partition if definition else False,
            "expr": definition.expr if definition else None,
            "queryableGranularities": grains,
            "queryableTimeGranularities": grains,
            "config": None,
        }

    def _entity(self, entity: Dimension) -> Shown:
        definition = self.layer.catalogue.elements.entity(entity.name)
        return {
            "name": entity.name,
            "description": entity.description or None,
            "type": (definition.kind if definition else "foreign").upper(),
            "role": entity.name,
            "expr": definition.expr if definition else entity.name,
            "config": None,
        }


def page(
    items: Sequence[Shown],
    *,
    number: int,
    size: int | None,
    search: str | None = None,
    terms: Iterable[str] = (),
) -> Shown:
    """One page of the items in whose name or label each of the searched texts stands."""
    wanted = [text.lower() for text in (search or "", *terms) if text.strip()]
    found = [item for item in items if _matches(item, wanted)]
    length = size if size is not None and size > 0 else max(len(found), 1)
    start = (max(number, 1) - 1) * length
    return {
        "pageNum": number,
        "pageSize": size,
        "totalItems": len(found),
        "totalPages": max(-(-len(found) // length), 1),
        "items": found[start : start + length],
    }


def _matches(item: Mapping[str, Any], wanted: Sequence[str]) -> bool:
    text = " ".join(str(item.get(key) or "") for key in ("name", "qualifiedName", "label")).lower()
    return all(part in text for part in wanted)


def _grains_of(dimension: Dimension) -> list[str]:
    grains = (*([HOUR] if dimension.has_hours else []), *dimension.grains)
    return [grain.upper() for grain in grains]


def _saved_query(query: SavedQuery) -> Shown:
    request = query.request
    return {
        "name": query.name,
        "label": query.label or None,
        "description": query.description or None,
        "queryParams": {
            "metrics": [{"name": name} for name in request.metrics],
            "groupBy": [_group_by(name) for name in request.group_by],
            "where": {"whereSqlTemplate": _all_of(request.where)} if request.where else None,
        },
        "exports": [
            {
                "name": export.name,
                "config": {
                    "alias": export.alias or None,
                    "schema": export.schema or None,
                    "exportAs": export.export_as.upper(),
                },
            }
            for export in query.exports
        ],
        "config": None,
    }


def _group_by(name: str) -> Shown:
    base, grain = split_grain(name)
    upper = grain.upper() if grain else None
    return {"name": base, "grain": upper, "timeGranularity": upper, "datePart": None}


def _all_of(filters: Sequence[str]) -> str:
    return filters[0] if len(filters) == 1 else " and ".join(f"({text})" for text in filters)


def _meta(metric: Metric) -> Mapping[str, object]:
    meta: Mapping[str, object] = {
        "unit": metric.unit,
        "better": metric.better,
        "cadence": metric.cadence,
        "roles": list(metric.roles),
        "owner": metric.owner,
        "family": metric.family,
        "objective": metric.objective,
        "action": metric.action,
    }
    return {key: value for key, value in meta.items() if value}
