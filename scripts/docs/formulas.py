"""A metric's formula from its YAML, written by the semantic layer's own words for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from scripts.docs import project
from semantic_layer.formulas import formula

_PARTS = ("numerator", "denominator", "input_metric", "base_metric", "conversion_metric")


def formula_of(metric: project.Yaml) -> str:
    """The formula as `embudo metrics NAME` shows it."""
    semantic_models = {
        model["name"]: {"node_relation": {"schema_name": model["folder"], "alias": model["name"]}}
        for model in project.models()
    }
    return formula(_as_manifest(metric), semantic_models)


def input_names(metric: project.Yaml) -> Iterator[str]:
    """The metrics that a metric is made of, without their own inputs."""
    for key in _PARTS:
        if key in metric:
            yield name_of(metric[key])
    for part in metric.get("input_metrics", ()):
        yield name_of(part)


def name_of(part: str | project.Yaml) -> str:
    """The name of an input metric, which YAML writes bare or with an offset and a filter."""
    return part if isinstance(part, str) else str(part["name"])


def _as_manifest(metric: project.Yaml) -> Mapping[str, Any]:
    """A metric as a semantic manifest writes it."""
    inputs = {key: _input(metric[key]) if key in metric else None for key in _PARTS}
    params: dict[str, Any] = {
        "expr": metric.get("expr"),
        "numerator": inputs["numerator"],
        "denominator": inputs["denominator"],
        "metrics": [_input(part) for part in metric.get("input_metrics", ())],
        "cumulative_type_params": {
            "metric": inputs["input_metric"],
            "window": _window(metric.get("window")),
            "grain_to_date": metric.get("grain_to_date"),
        },
        "conversion_type_params": {
            "base_metric": inputs["base_metric"],
            "conversion_metric": inputs["conversion_metric"],
            "entity": metric.get("entity"),
            "window": _window(metric.get("window")),
        },
    }
    if metric["type"] == "simple":
        additive = metric.get("non_additive_dimension")
        params["metric_aggregation_params"] = {
            "agg": metric["agg"],
            "semantic_model": metric["model"]["name"],
            "non_additive_dimension": additive
            and {"name": additive["name"], "window_choice": additive["window_agg"]},
        }
    return {
        "name": metric["name"],
        "type": metric["type"],
        "type_params": params,
        "filter": _filter(metric.get("filter")),
    }


def _input(part: str | project.Yaml) -> Mapping[str, Any]:
    if isinstance(part, str):
        return {"name": part}
    return {
        **part,
        "offset_window": _window(part.get("offset_window")),
        "filter": _filter(part.get("filter")),
    }


def _window(text: str | None) -> Mapping[str, Any] | None:
    if text is None:
        return None
    count, grain = text.split()
    return {"count": int(count), "granularity": grain}


def _filter(text: str | Sequence[str] | None) -> Mapping[str, Any] | None:
    texts = [text] if isinstance(text, str) else list(text or ())
    return {"where_filters": [{"where_sql_template": item} for item in texts]} if texts else None
