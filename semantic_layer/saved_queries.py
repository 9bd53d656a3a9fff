"""Saved queries as the semantic manifest holds them, read without MetricFlow.

Running them belongs to `layer`, making tables of them to `exports`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from orchestration.core.errors import QueryInvalid
from semantic_layer.records import GRAINS, METRIC_TIME
from semantic_layer.request import QueryRequest

_ITEM = re.compile(
    r"""^\s*(?P<call>Dimension|TimeDimension|Entity)\(\s*['"](?P<name>\w+)['"]\s*
    (?:,\s*(?:time_granularity_name\s*=\s*)?['"](?P<grain>\w+)['"]\s*)?\)
    (?:\.grain\(\s*['"](?P<later>\w+)['"]\s*\))?\s*$""",
    re.VERBOSE,
)


@dataclass(frozen=True, kw_only=True)
class Export:
    """A table that a saved query is to become."""

    name: str
    schema: str
    alias: str
    export_as: str


@dataclass(frozen=True, kw_only=True)
class SavedQuery:
    """A query that analysts defined beside the metrics."""

    name: str
    label: str
    description: str
    request: QueryRequest
    exports: tuple[Export, ...] = ()


def read_saved_queries(semantic_manifest: str) -> dict[str, SavedQuery]:
    """The saved queries, by name, in alphabetical order."""
    items = json.loads(semantic_manifest).get("saved_queries") or []
    return {item["name"]: _saved_query(item) for item in sorted(items, key=lambda q: q["name"])}


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
