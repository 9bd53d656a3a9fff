"""Hours: the names that people query them by, and those that MetricFlow plans them under.

MetricFlow reserves the names of its grains, so that `call__hour` has to stand in a semantic model as
`hour_of_day`. The grain `hour` of `metric_time` is a dimension of each metric's own model: the start of the hour in
UTC, so that the hour that a change of clocks repeats is two. A time dimension names it in `config.meta`, as `hour`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

HOUR_OF_DAY = "hour_of_day"
"""The element that queries name `hour`."""

_ONE_BY_ONE = ("cumulative", "conversion")
"""Metrics that count other days than those of their own rows."""


@dataclass(frozen=True)
class Hours:
    """Which metrics go by a time that has hours, of one semantic manifest."""

    by_metric: Mapping[str, str]
    """The dimension with the start of the hour, as MetricFlow names it, of each metric that has one."""

    @classmethod
    def of(cls, semantic_manifest: str) -> Hours:
        """Read the text of a `semantic_manifest.json`."""
        manifest = json.loads(semantic_manifest)
        times = _times(manifest["semantic_models"])
        raw = {metric["name"]: metric for metric in manifest["metrics"]}
        hours = {name: _common(_hours(name, raw, times)) for name in raw}
        return cls({name: hour for name, hour in hours.items() if hour})

    def of_metrics(self, metrics: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
        """The metrics by the dimension with the start of their hour; empty where one of them has none."""
        if not all(name in self.by_metric for name in metrics):
            return {}
        parts: dict[str, tuple[str, ...]] = {}
        for name in metrics:
            hour = self.by_metric[name]
            parts[hour] = (*parts.get(hour, ()), name)
        return parts

    def is_start(self, name: str) -> bool:
        """Whether a dimension is the start of an hour, which is queried as a grain and not by name."""
        return any(name == hour or name.endswith(f"__{hour}") for hour in self.by_metric.values())


def queried_name(name: str) -> str:
    """`call__hour` for `call__hour_of_day`; any other name as it is."""
    return re.sub(rf"__{HOUR_OF_DAY}$", "__hour", name)


def with_queried_names(sql: str, names: Mapping[str, str]) -> str:
    """The SQL with columns under the names of the query; `names` has them by MetricFlow's."""
    for planned, queried in names.items():
        sql = re.sub(rf"\b{planned}\b", queried, sql)
    return sql


def side_by_side(
    queries: Sequence[str], *, groups: Sequence[str], metrics: Sequence[str], order: Sequence[str]
) -> str:
    """One query of several that have the same groups and each some of the metrics."""
    rows = "\nUNION ALL BY NAME\n".join(f"SELECT * FROM (\n{query}\n)" for query in queries)
    columns = ", ".join([*groups, *(f"any_value({name}) AS {name}" for name in metrics)])
    by = ", ".join(f"{n[1:]} DESC" if n.startswith("-") else n for n in order)
    return f"SELECT {columns} FROM (\n{rows}\n) GROUP BY {', '.join(groups)} ORDER BY {by}"


def _times(models: Sequence[Mapping[str, Any]]) -> dict[tuple[str, str], str]:
    """By semantic model and time dimension, the dimension with the start of its hour."""
    starts = {}
    for model in models:
        primary = next((e["name"] for e in model["entities"] if e["type"] == "primary"), None)
        for dimension in model["dimensions"]:
            hour = ((dimension.get("config") or {}).get("meta") or {}).get("hour")
            if primary and hour:
                starts[model["name"], dimension["name"]] = f"{primary}__{hour}"
    return starts


def _hours(
    name: str, raw: Mapping[str, Any], times: Mapping[tuple[str, str], str]
) -> frozenset[str]:
    """The dimensions that a metric's inputs have; one of them empty where an input has none."""
    metric = raw[name]
    params = metric["type_params"]
    if metric["type"] == "simple":
        aggregation = params.get("metric_aggregation_params") or {}
        model, time = (
            str(aggregation.get(key)) for key in ("semantic_model", "agg_time_dimension")
        )
        snapshot = aggregation.get("non_additive_dimension")
        return frozenset({"" if snapshot else times.get((model, time), "")})
    if metric["type"] in _ONE_BY_ONE:
        return frozenset({""})
    inputs = [params.get("numerator"), params.get("denominator"), *(params.get("metrics") or ())]
    hours: set[str] = set()
    for item in filter(None, inputs):
        shifted = item.get("offset_window") or item.get("offset_to_grain")
        hours |= {""} if shifted or item["name"] not in raw else _hours(item["name"], raw, times)
    return frozenset(hours)


def _common(hours: set[str] | frozenset[str]) -> str:
    return next(iter(hours)) if len(hours) == 1 else ""
