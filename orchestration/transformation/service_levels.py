"""Service levels at the thresholds of `service_level_seconds`: for each that the models do not define, metrics made
after those of 20 seconds.

MetricFlow's metrics have no parameters, and a threshold is part of a metric's name: it always means what it says.
They are added to dbt's manifest as it is parsed, so that queries, scorecards, lineage and exports know them like any
other. What a service level is stands in models/metrics/activity.yml.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from orchestration.core.errors import BuildFailed

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

VARIABLE = "service_level_seconds"
"""The dbt var with the thresholds, as `30,45`."""

_MODEL = 20
_NAMES = ("inbound_calls_answered_in_{}s", "service_level_{}s", "service_level_of_answered_{}s")
_THRESHOLD = re.compile(r"(?<=_)20(?=s\b)|\b20(?= s\b| seconds\b)|(?<=<= )20\b")
"""Where texts of the metrics of 20 seconds state the threshold: names, labels, descriptions, expressions."""


def thresholds(variable: str) -> tuple[int, ...]:
    """The seconds that the var names, in ascending order."""
    return tuple(sorted({int(part) for part in variable.split(",") if part.strip()}))


def add_service_levels(manifest: Manifest, seconds: Iterable[int]) -> bool:
    """Add the metrics of each threshold that the manifest lacks; whether there was any.

    Raises `BuildFailed` where the metrics that they are made after are gone.
    """
    by_name = {metric.name: metric for metric in manifest.metrics.values()}
    added = False
    for threshold in seconds:
        for name in _NAMES:
            if name.format(threshold) in by_name:
                continue
            if (pattern := by_name.get(name.format(_MODEL))) is None:
                raise BuildFailed(
                    f"`{VARIABLE}` asks for a service level at {threshold} s, which is made after the metric "
                    f"`{name.format(_MODEL)}`; expected it in models/, found none. Restore it, or define "
                    f"`{name.format(threshold)}` in models/metrics/ yourself."
                )
            metric = type(pattern).from_dict(_at(threshold, pattern.to_dict()))
            manifest.metrics[metric.unique_id] = metric
            added = True
    return added


def _at(threshold: int, value: Any) -> Any:
    """A definition at another threshold."""
    text = json.dumps(value, default=str)
    return json.loads(_THRESHOLD.sub(str(threshold), text))
