"""The metrics' YAML as a catalogue: complete, and equal to the committed list of metrics."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from typing import Any

import yaml

from tests.conftest import ROOT

CATALOGUE = ROOT / "tests" / "fixtures" / "metric_catalogue.csv"
"""What each metric must be; a change of the YAML is a change here as well."""

UNITS = {
    "currency",
    "currency per day",
    "count",
    "percent",
    "ratio",
    "seconds",
    "hours",
    "days",
    "score",
}
ALLOWED = {
    "unit": UNITS,
    "better": {"up", "down"},
    "cadence": {"daily", "weekly", "monthly", "quarterly"},
    "family": {
        "revenue",
        "activity",
        "pipeline",
        "leads",
        "email",
        "social",
        "marketing_return",
        "productivity",
        "customers",
        "data_trust",
    },
}
ROLES = {"rep", "manager", "director"}


def _metrics() -> dict[str, dict[str, Any]]:
    """Every metric that users see, by name, from the YAML beside the models and in models/metrics."""
    metrics: dict[str, dict[str, Any]] = {}
    for path in sorted((ROOT / "models").rglob("*.yml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        listed = list(content.get("metrics") or [])
        for model in content.get("models") or []:
            listed += model.get("metrics") or []
        for metric in listed:
            if not metric.get("hidden"):
                assert metric["name"] not in metrics, f"{path}: {metric['name']} twice"
                metrics[metric["name"]] = metric
    return metrics


METRICS = _metrics()


def _incomplete(metric: Mapping[str, Any]) -> list[str]:
    meta = (metric.get("config") or {}).get("meta") or {}
    missing = [key for key in ("label", "description") if not str(metric.get(key) or "").strip()]
    missing += [
        f"meta.{key}" for key in (*ALLOWED, "owner", "label_es", "roles") if not meta.get(key)
    ]
    missing += [
        f"meta.{key}: {meta[key]} is none of {', '.join(sorted(allowed))}"
        for key, allowed in ALLOWED.items()
        if meta.get(key) and meta[key] not in allowed
    ]
    if not set(meta.get("roles") or ()) <= ROLES:
        missing.append(f"meta.roles: {meta['roles']} are not all of {', '.join(sorted(ROLES))}")
    return missing


def test_every_metric_is_complete() -> None:
    """Label, description, and in `config.meta` unit, direction, cadence, roles, owner, family and Spanish label."""
    assert len(METRICS) >= 153
    incomplete = {name: _incomplete(metric) for name, metric in METRICS.items()}
    assert (
        "\n".join(f"{name}: {'; '.join(what)}" for name, what in incomplete.items() if what) == ""
    )


def test_labels_are_unique() -> None:
    for label in (
        lambda metric: metric["label"],
        lambda metric: metric["config"]["meta"]["label_es"],
    ):
        labels = [label(metric) for metric in METRICS.values()]
        assert sorted({text for text in labels if labels.count(text) > 1}) == []


def test_metrics_are_those_of_the_list() -> None:
    """The list compared with the YAML by name, kind, unit, direction, cadence, roles, family and Spanish label.

    A company may have metrics of its own beside them.
    """
    with CATALOGUE.open(encoding="utf-8", newline="") as file:
        rows = {row["metric"]: row for row in csv.DictReader(file)}
    differences = [f"{name}: not in the YAML" for name in sorted(rows.keys() - METRICS.keys())]
    for name in sorted(rows.keys() & METRICS.keys()):
        metric, row = METRICS[name], rows[name]
        meta = metric["config"]["meta"]
        stated = {
            "kind": (metric["type"], row["kind"]),
            "roles": (" ".join(meta["roles"]), row["roles"]),
            **{
                key: (meta[key], row[key])
                for key in ("family", "label_es", "unit", "better", "cadence")
            },
        }
        differences += [
            f"{name}: {key} is {actual!r} in the YAML, {expected!r} in {CATALOGUE.name}"
            for key, (actual, expected) in stated.items()
            if actual != expected
        ]
    assert "\n".join(differences) == ""
