"""Metrics and saved queries as the semantic manifest defines them, read without MetricFlow.

Reading JSON takes milliseconds where importing MetricFlow takes more than a second, so lists of
metrics do not wait for it. Which dimensions a metric has is planning, and does not belong here.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from orchestration.core.errors import QueryInvalid, ReleaseCorrupt
from semantic_layer.elements import Elements
from semantic_layer.formulas import formula, metric_inputs
from semantic_layer.names import unknown_metric
from semantic_layer.records import Metric
from semantic_layer.saved_queries import SavedQuery, read_saved_queries

_COUNTING = frozenset({"sum", "count", "count_distinct", "sum_boolean"})
_TERM = r"(?:[a-z_]\w*|coalesce\(\s*[a-z_]\w*\s*,\s*0\s*\))"
_LINEAR = re.compile(rf"\s*{_TERM}(?:\s*[-+]\s*{_TERM})*\s*", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """The metrics and saved queries of one semantic manifest, both in alphabetical order."""

    text: str
    """The `semantic_manifest.json` that they were read from."""
    metrics: Mapping[str, Metric]
    saved_queries: Mapping[str, SavedQuery]

    @classmethod
    def read(cls, semantic_manifest: Path) -> Catalogue:
        """Read a `semantic_manifest.json`; raises `ReleaseCorrupt` where that fails."""
        try:
            text = semantic_manifest.read_text(encoding="utf-8")
            return cls(
                text=text, metrics=read_metrics(text), saved_queries=read_saved_queries(text)
            )
        except (OSError, ValueError, KeyError) as error:
            raise ReleaseCorrupt(
                f"{semantic_manifest} is missing or corrupt ({error}). `embudo releases` lists the "
                "other releases; `embudo refresh` makes a new one."
            ) from error

    def metric(self, name: str) -> Metric:
        """One metric; raises `QueryInvalid` with the nearest names for one that does not exist."""
        if name not in self.metrics:
            raise unknown_metric(name, self.metrics)
        return self.metrics[name]

    def saved_query(self, name: str) -> SavedQuery:
        """A saved query; raises `QueryInvalid`, listing those there are, where it does not exist."""
        if name not in self.saved_queries:
            known = ", ".join(self.saved_queries) or "none"
            raise QueryInvalid(f"There is no saved query `{name}`. Known here: {known}.")
        return self.saved_queries[name]

    @cached_property
    def elements(self) -> Elements:
        """Entities, dimensions and measures as they are defined."""
        return Elements(self.text)

    def fingerprint(self, metric: str) -> str:
        """A text that is the same for two states of a metric with the same figures on the same tables."""
        return self._fingerprints[self.metric(metric).name]

    @cached_property
    def _fingerprints(self) -> Mapping[str, str]:
        return read_fingerprints(self.text)


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
    """What decides the figures of each metric, as one text: its definition, those of its inputs, and the models.

    Two metrics with the same text give the same figures on the same tables; labels and meta do not count.
    """
    manifest = json.loads(semantic_manifest)
    raw = {metric["name"]: metric for metric in manifest["metrics"]}
    shared = {key: manifest.get(key) for key in ("semantic_models", "project_configuration")}
    models = hashlib.sha256(json.dumps(shared, sort_keys=True).encode()).hexdigest()

    def parts(name: str, seen: frozenset[str]) -> dict[str, Any]:
        metric = raw[name]
        definitions = {name: [metric["type"], metric["type_params"], metric.get("filter")]}
        for item in metric_inputs(metric):
            if item["name"] in raw and item["name"] not in seen:
                definitions |= parts(item["name"], seen | {name})
        return definitions

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
        inputs=tuple(dict.fromkeys(item["name"] for item in metric_inputs(metric))),
        formula=formula(metric, models),
        requires_metric_time=_requires_time(metric, raw, frozenset()),
        accumulates=_accumulates(metric, raw),
        is_conversion=_is_conversion(metric, raw),
    )


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
        for item in metric_inputs(metric)
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
        for item in metric_inputs(metric)
    )


def _is_conversion(metric: Mapping[str, Any], raw: Mapping[str, Any]) -> bool:
    return metric["type"] == "conversion" or any(
        _is_conversion(raw[item["name"]], raw)
        for item in metric_inputs(metric)
        if item["name"] in raw
    )
