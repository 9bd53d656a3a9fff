"""Entities, dimensions and measures as the semantic manifest defines them, for clients that list them.

What a metric can be grouped by is planning and belongs to the engine; here is only what stands behind a name.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from semantic_layer.formulas import metric_inputs

_ANCHORS = ("primary", "unique", "natural")


@dataclass(frozen=True, kw_only=True)
class Element:
    """A dimension or an entity of a semantic model."""

    name: str
    kind: str
    """`categorical` or `time`; of an entity `primary`, `unique`, `natural` or `foreign`."""
    expr: str
    """The column, or the expression over columns."""
    is_partition: bool = False
    closed_to: tuple[str, ...] = ()
    """Roles whose tokens cannot group or filter by it (`config.meta.closed_to`), because its values are of others."""


@dataclass(frozen=True, kw_only=True)
class Measure:
    """What a simple metric aggregates."""

    name: str
    agg: str
    expr: str
    agg_time_dimension: str


class Elements:
    """The elements of one semantic manifest, by name."""

    def __init__(self, semantic_manifest: str) -> None:
        """Read the text of a `semantic_manifest.json`."""
        manifest = json.loads(semantic_manifest)
        self._dimensions: dict[tuple[str, str], Element] = {}
        self._entities: dict[str, Element] = {}
        for model in manifest["semantic_models"]:
            self._read(model)
        self._metrics: Mapping[str, Mapping[str, Any]] = {
            metric["name"]: metric for metric in manifest["metrics"]
        }

    def dimension(self, name: str) -> Element | None:
        """The definition of `rep__team` or `contact__rep__team`; None for `metric_time`, which is each metric's own."""
        *links, own = name.split("__")
        return self._dimensions.get((links[-1] if links else "", own))

    def entity(self, name: str) -> Element | None:
        """The definition of an entity, where it is a key: `rep` and `contact__rep` are the same."""
        return self._entities.get(name.split("__")[-1])

    def metric_closed_to(self, name: str) -> tuple[str, ...]:
        """Roles whose tokens cannot query a metric (`config.meta.closed_to`)."""
        return _closed_to(self._metrics.get(name, {}))

    def measures(self, metrics: Sequence[str]) -> tuple[Measure, ...]:
        """What these metrics aggregate, each once, in the order in which they are met."""
        found: dict[str, Measure] = {}
        for name in self._simple(metrics, set()):
            params = self._metrics[name]["type_params"]
            aggregation = params.get("metric_aggregation_params") or {}
            found[name] = Measure(
                name=name,
                agg=str(aggregation.get("agg") or ""),
                expr=str(params.get("expr") or name),
                agg_time_dimension=str(aggregation.get("agg_time_dimension") or ""),
            )
        return tuple(found.values())

    def _simple(self, metrics: Iterable[str], seen: set[str]) -> Iterable[str]:
        for name in metrics:
            if name in seen or name not in self._metrics:
                continue
            seen.add(name)
            metric = self._metrics[name]
            if metric["type"] == "simple":
                yield name
            yield from self._simple((item["name"] for item in metric_inputs(metric)), seen)

    def _read(self, model: Mapping[str, Any]) -> None:
        anchors = [e["name"] for e in model["entities"] if e["type"] in _ANCHORS]
        if model.get("primary_entity"):
            anchors.append(model["primary_entity"])
        for entity in model["entities"]:
            if entity["name"] not in self._entities or entity["type"] in _ANCHORS:
                self._entities[entity["name"]] = _element(entity)
        for dimension in model["dimensions"]:
            for anchor in anchors:
                self._dimensions[anchor, dimension["name"]] = _element(dimension)


def _element(item: Mapping[str, Any]) -> Element:
    return Element(
        name=item["name"],
        kind=str(item["type"]),
        expr=str(item.get("expr") or item["name"]),
        is_partition=bool(item.get("is_partition")),
        closed_to=_closed_to(item),
    )


def _closed_to(item: Mapping[str, Any]) -> tuple[str, ...]:
    meta = (item.get("config") or {}).get("meta") or {}
    roles = meta.get("closed_to") or ()
    return tuple(roles.split() if isinstance(roles, str) else roles)
