"""Metrics and saved queries as the semantic manifest writes them, read without MetricFlow.

Reading JSON takes milliseconds where importing MetricFlow takes more than a second, so lists of
metrics do not wait for it. What can be grouped by what is planning, and does not belong here.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from orchestration.core.errors import QueryInvalid
from semantic_layer.records import GRAINS, METRIC_TIME, Export, Metric, SavedQuery
from semantic_layer.request import QueryRequest

_ITEM = re.compile(
    r"""^\s*(?P<call>Dimension|TimeDimension|Entity)\(\s*['"](?P<name>\w+)['"]\s*
    (?:,\s*(?:time_granularity_name\s*=\s*)?['"](?P<grain>\w+)['"]\s*)?\)
    (?:\.grain\(\s*['"](?P<later>\w+)['"]\s*\))?\s*$""",
    re.VERBOSE,
)
_REFERENCE = re.compile(
    r"""\{\{\s*(?:Dimension|TimeDimension|Entity|Metric)\(\s*['"](\w+)['"][^}]*\}\}"""
)

_COUNTING = frozenset({"sum", "count", "count_distinct", "sum_boolean"})
_TERM = r"(?:[a-z_]\w*|coalesce\(\s*[a-z_]\w*\s*,\s*0\s*\))"
_LINEAR = re.compile(rf"\s*{_TERM}(?:\s*[-+]\s*{_TERM})*\s*", re.IGNORECASE)


def read_metrics(semantic_manifest: str) -> dict[str, Metric]:
    """The metrics that are not private, by name, in alphabetical order."""
    manifest = json.loads(semantic_manifest)
    raw = {metric["name"]: metric for metric in manifest["metrics"]}
    models = {model["name"]: model for model in manifest["semantic_models"]}
    return {
        name: _metric(metric, raw, models)
        for name, metric in sorted(raw.items())
        if not metric["type_params"].get("is_private")
    }


def read_fingerprints(semantic_manifest: str) -> dict[str, str]:
    """What decides the figures of each metric, as one text: its own definition, its inputs' and the models.

    Two metrics with the same text give the same figures on the same tables; labels and meta do not count.
    """
    manifest = json.loads(semantic_manifest)
    raw = {metric["name"]: metric for metric in manifest["metrics"]}
    shared = {key: manifest.get(key) for key in ("semantic_models", "project_configuration")}
    models = hashlib.sha256(json.dumps(shared, sort_keys=True).encode()).hexdigest()

    def parts(name: str, seen: frozenset[str]) -> dict[str, Any]:
        metric = raw[name]
        found = {name: [metric["type"], metric["type_params"], metric.get("filter")]}
        for item in _inputs(metric):
            if item["name"] in raw and item["name"] not in seen:
                found |= parts(item["name"], seen | {name})
        return found

    return {
        name: json.dumps([parts(name, frozenset()), models], sort_keys=True) for name in sorted(raw)
    }


def _metric(metric: Mapping[str, Any], raw: Mapping[str, Any], models: Mapping[str, Any]) -> Metric:
    meta = (metric.get("config") or {}).get("meta") or {}
    label = metric.get("label") or metric["name"].replace("_", " ").capitalize()
    roles = meta.get("roles") or ()
    return Metric(
        name=metric["name"],
        kind=metric["type"],
        label=label,
        label_es=str(meta.get("label_es") or label),
        description=" ".join((metric.get("description") or "").split()),
        unit=str(meta.get("unit", "")),
        better=str(meta.get("better", "")),
        cadence=str(meta.get("cadence", "")),
        roles=tuple(roles.split() if isinstance(roles, str) else roles),
        owner=str(meta.get("owner", "")),
        objective=str(meta.get("objective", "")),
        action=str(meta.get("action", "")),
        family=str(meta.get("family", "")),
        inputs=tuple(dict.fromkeys(item["name"] for item in _inputs(metric))),
        formula=formula(metric, models),
        requires_metric_time=_requires_time(metric, raw, frozenset()),
        accumulates=_accumulates(metric, raw),
        is_conversion=_is_conversion(metric, raw),
    )


def _inputs(metric: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The metric inputs of any kind of metric, with their offsets and filters."""
    params = metric["type_params"]
    cumulative = params.get("cumulative_type_params") or {}
    conversion = params.get("conversion_type_params") or {}
    found = [
        params.get("numerator"),
        params.get("denominator"),
        *(params.get("metrics") or ()),
        cumulative.get("metric"),
        conversion.get("base_metric"),
        conversion.get("conversion_metric"),
    ]
    return [item for item in found if item]


def _requires_time(metric: Mapping[str, Any], raw: Mapping[str, Any], seen: frozenset[str]) -> bool:
    if metric["name"] in seen:
        return False
    cumulative = metric["type_params"].get("cumulative_type_params") or {}
    if metric["type"] == "cumulative" and (
        cumulative.get("window") or cumulative.get("grain_to_date")
    ):
        return True
    return any(
        item.get("offset_window")
        or item.get("offset_to_grain")
        or (item["name"] in raw and _requires_time(raw[item["name"]], raw, seen | {metric["name"]}))
        for item in _inputs(metric)
    )


def _accumulates(metric: Mapping[str, Any], raw: Mapping[str, Any]) -> bool:
    """Whether it is a sum or a count over its period, or made of such by plus and minus alone."""
    params = metric["type_params"]
    if metric["type"] == "simple":
        aggregation = params.get("metric_aggregation_params") or {}
        function = str(aggregation.get("agg", "")).lower()
        return function in _COUNTING and not aggregation.get("non_additive_dimension")
    if metric["type"] != "derived" or not _LINEAR.fullmatch(str(params.get("expr") or "")):
        return False
    return all(
        not item.get("offset_window")
        and not item.get("offset_to_grain")
        and item["name"] in raw
        and _accumulates(raw[item["name"]], raw)
        for item in _inputs(metric)
    )


def _is_conversion(metric: Mapping[str, Any], raw: Mapping[str, Any]) -> bool:
    return metric["type"] == "conversion" or any(
        _is_conversion(raw[item["name"]], raw) for item in _inputs(metric) if item["name"] in raw
    )


def formula(metric: Mapping[str, Any], models: Mapping[str, Any]) -> str:
    """The definition as a line of SQL over names that its reader knows.

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
            f"{item['alias']} = {_input(item)}" for item in _inputs(metric) if item.get("alias")
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


def read_saved_queries(semantic_manifest: str) -> dict[str, SavedQuery]:
    """The saved queries, by name, in alphabetical order."""
    found = json.loads(semantic_manifest).get("saved_queries") or []
    return {item["name"]: _saved_query(item) for item in sorted(found, key=lambda q: q["name"])}


def _saved_query(item: Mapping[str, Any]) -> SavedQuery:
    params = item["query_params"]
    where = (params.get("where") or {}).get("where_filters") or ()
    return SavedQuery(
        name=item["name"],
        label=item.get("label") or item["name"].replace("_", " ").capitalize(),
        description=" ".join((item.get("description") or "").split()),
        request=QueryRequest(
            metrics=tuple(params["metrics"]),
            group_by=tuple(_group_by(text, item["name"]) for text in params.get("group_by") or ()),
            where=tuple(filter_["where_sql_template"] for filter_ in where),
            order=tuple(_ordering(text, item["name"]) for text in params.get("order_by") or ()),
            limit=params.get("limit"),
        ),
        exports=tuple(
            Export(
                name=export["name"],
                schema=str((export.get("config") or {}).get("schema_name") or ""),
                alias=str((export.get("config") or {}).get("alias") or export["name"]),
                export_as=str((export.get("config") or {}).get("export_as") or "table"),
            )
            for export in item.get("exports") or ()
        ),
    )


def _group_by(text: str, query: str) -> str:
    """`TimeDimension('metric_time', 'month')` as `metric_time__month`; a plain name stays."""
    if re.fullmatch(r"\w+", text.strip()):
        return text.strip()
    if (match := _ITEM.match(text)) is None:
        raise QueryInvalid(
            f"Saved query `{query}` groups by `{text}`; expected Dimension('…'), "
            f"TimeDimension('{METRIC_TIME}', 'month') (grains: {', '.join(GRAINS)}) or Entity('…')."
        )
    grain = match["grain"] or match["later"]
    return f"{match['name']}__{grain.lower()}" if grain else str(match["name"])


def _ordering(text: str, query: str) -> str:
    match = re.match(
        r"^(?P<item>.*?)(?:\.descending\(\s*(?P<down>True|False)\s*\))?$", text.strip()
    )
    item = match["item"] if match else text
    metric = re.fullmatch(r"""Metric\(\s*['"](\w+)['"]\s*\)""", item)
    down = (match and match["down"] == "True") or item.startswith("-")
    name = metric[1] if metric else _group_by(item.lstrip("-"), query)
    return f"-{name}" if down else name
