"""Definitions of metrics as formulas: one line of SQL each, for people to read.

What is run is MetricFlow's SQL, never this text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_REFERENCE = re.compile(
    r"""\{\{\s*(?:Dimension|TimeDimension|Entity|Metric)\(\s*['"](\w+)['"][^}]*\}\}"""
)


def metric_inputs(metric: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The metric inputs of any kind of metric, with their offsets and filters."""
    params = metric["type_params"]
    cumulative = params.get("cumulative_type_params") or {}
    conversion = params.get("conversion_type_params") or {}
    inputs = [
        params.get("numerator"),
        params.get("denominator"),
        *(params.get("metrics") or ()),
        cumulative.get("metric"),
        conversion.get("base_metric"),
        conversion.get("conversion_metric"),
    ]
    return [item for item in inputs if item]


def formula(metric: Mapping[str, Any], models: Mapping[str, Any]) -> str:
    """The definition as one line of SQL over names that its reader knows.

    `metric` and `models` (by name) have the form of a semantic manifest.
    """
    params = metric["type_params"]
    kind = metric["type"]
    if kind == "simple":
        text = _simple(metric["name"], params, models)
    elif kind == "ratio":
        text = f"{_input(params['numerator'])} / {_input(params['denominator'])}"
    elif kind == "derived":
        text = str(params.get("expr") or "")
        renamed = [
            f"{item['alias']} = {_input(item)}"
            for item in metric_inputs(metric)
            if item.get("alias")
        ]
        text += f", where {', '.join(renamed)}" if renamed else ""
    elif kind == "cumulative":
        cumulative = params.get("cumulative_type_params") or {}
        span = "since the beginning"
        if cumulative.get("window"):
            span = f"over {_window(cumulative['window'])}"
        elif cumulative.get("grain_to_date"):
            span = f"since the start of the {cumulative['grain_to_date']}"
        text = (
            f"{_input(cumulative['metric'])} accumulated {span}" if cumulative.get("metric") else ""
        )
    else:
        conversion = params.get("conversion_type_params") or {}
        base, after = (conversion.get(key) for key in ("base_metric", "conversion_metric"))
        within = f" within {_window(conversion['window'])}" if conversion.get("window") else ""
        text = (
            f"{_input(after)} after {_input(base)} of the same {conversion.get('entity')}{within}"
        )
    where = _filters(metric.get("filter"))
    return f"{text} where {where}" if where else text


def _simple(name: str, params: Mapping[str, Any], models: Mapping[str, Any]) -> str:
    aggregation = params.get("metric_aggregation_params") or {}
    function = str(aggregation.get("agg", "")).lower()
    expression = str(params.get("expr") or name)
    called = {
        "count_distinct": f"count(distinct {expression})",
        "average": f"avg({expression})",
        "sum_boolean": f"count(*) filter ({expression})",
    }.get(function, f"{function}({expression})")
    model = models.get(aggregation.get("semantic_model", ""), {})
    relation = model.get("node_relation") or {}
    table = ".".join(str(relation[key]) for key in ("schema_name", "alias") if relation.get(key))
    additive = aggregation.get("non_additive_dimension") or {}
    at = f" at the {additive.get('window_choice')} {additive.get('name')}" if additive else ""
    return f"{called}{at} from {table}"


def _input(item: Mapping[str, Any] | None) -> str:
    if not item:
        return ""
    text = str(item["name"])
    if item.get("offset_window"):
        text += f" {_window(item['offset_window'])} before"
    if item.get("offset_to_grain"):
        text += f" at the start of the {item['offset_to_grain']}"
    where = _filters(item.get("filter"))
    return f"({text} where {where})" if where else text


def _window(window: Mapping[str, Any]) -> str:
    count, grain = window["count"], str(window["granularity"])
    return f"{count} {grain}{'s' if count != 1 and not grain.endswith('s') else ''}"


def _filters(where: Mapping[str, Any] | None) -> str:
    filters = (where or {}).get("where_filters") or ()
    texts = [_REFERENCE.sub(r"\1", item["where_sql_template"]) for item in filters]
    return " and ".join(" ".join(text.split()) for text in texts)
