"""Dimensions as MetricFlow resolves them, with the labels and descriptions of the manifest.

Planning queries belongs to `planner`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from semantic_layer.engine.time_of_day import Hours, queried_name
from semantic_layer.plans import GroupByItem
from semantic_layer.records import GRAINS, METRIC_TIME, Dimension, DimensionKind

ElementTexts = Mapping[tuple[str, str], Mapping[str, str]]
"""Label and description by (the last entity on the way to the element, its name)."""


def group_by_items(lookup: Any, metrics: Sequence[str]) -> Iterator[GroupByItem]:
    """What all of some metrics can be grouped by, as MetricFlow's `SemanticManifestLookup` lists it."""
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
    metric_lookup = lookup.metric_lookup
    if metrics:
        references = tuple(MetricReference(name) for name in metrics)
        items = metric_lookup.get_common_group_by_items(
            metric_references=references, set_filter=item_filter
        )
    else:
        items = metric_lookup.get_group_by_items_for_distinct_values_query(item_filter)
    for annotated in items.annotated_specs:
        if (kind := kinds.get(annotated.element_type)) is None:
            continue
        spec = annotated.spec
        links = [str(link.element_name) for link in spec.entity_links]
        grain = str(getattr(spec, "time_granularity_name", "") or "") if kind == "time" else ""
        name = "__".join([*links, str(spec.element_name)])
        yield name, kind, grain, (links[-1] if links else "", str(spec.element_name))


def dimensions_of(
    items: Iterable[GroupByItem], texts: ElementTexts, *, hours: Hours, metrics: Sequence[str]
) -> Mapping[str, Dimension]:
    """Dimensions by name, nearest first, each with its grains from the finest to the coarsest.

    Starts of hours are left out: `metric_time` has them as a grain, where all of the metrics have one.
    """
    dimensions: dict[str, Dimension] = {}
    grains: dict[str, set[str]] = {}
    for planned, kind, grain, element in items:
        if hours.is_start(planned):
            continue
        name = queried_name(planned)
        if kind == "time":
            grains.setdefault(name, set()).add(grain)
        text = texts.get(element, {})
        dimensions[name] = Dimension(
            name=name,
            kind=kind,
            label=text.get("label") or name.replace("__", " ").replace("_", " ").capitalize(),
            label_es=text.get("label_es", ""),
            description=text.get("description", ""),
            grains=tuple(g for g in GRAINS if g in grains.get(name, ())),
            planned_name=planned if planned != name else "",
            has_hours=name == METRIC_TIME and bool(hours.of_metrics(metrics)),
        )
    return dict(sorted(dimensions.items(), key=lambda item: _rank(item[1])))


def _rank(dimension: Dimension) -> tuple[int, int, int, str]:
    """`metric_time` first, then what is one step away, then what is further; entities last."""
    if dimension.name == METRIC_TIME:
        return (0, 0, 0, "")
    return (1, dimension.kind == "entity", dimension.name.count("__"), dimension.name)


def element_texts(manifest: Any) -> dict[tuple[str, str], dict[str, str]]:
    """Label and description of each dimension and entity, by (entity it hangs on, its name)."""
    texts: dict[tuple[str, str], dict[str, str]] = {
        ("", METRIC_TIME): {
            "label": "Time",
            "label_es": "Fecha",
            "description": "The date that each metric goes by, as its description states.",
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
