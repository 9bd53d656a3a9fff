"""Tests and their models as dbt's manifest lists them.

Running dbt belongs to `transformation`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from orchestration.core.records import Severity
from orchestration.quality.databases import identifier

Node = Mapping[str, Any]


def tests_of(manifest: Mapping[str, Any], *, unit_tests: bool) -> list[Node]:
    """Every enabled data test, and the unit tests where they are wanted."""
    tests = [node for node in manifest["nodes"].values() if node["resource_type"] == "test"]
    if unit_tests:
        tests += list(manifest.get("unit_tests", {}).values())
    return tests


def kind_of(test: Node) -> str | None:
    """The generic test that it is; None for SQL of its own."""
    return (test.get("test_metadata") or {}).get("name")


def check_name(test: Node) -> str:
    """The name of a test's check."""
    return f"dbt.{test['name']}"


def model_name(test: Node) -> str:
    """The model that a test examines, else the test's own name."""
    attached = test.get("attached_node") or next(
        iter((test.get("depends_on") or {}).get("nodes", [])), ""
    )
    return attached.split(".")[2] if attached.count(".") >= 2 else str(test["name"])


def model_of(test: Node, manifest: Mapping[str, Any]) -> Node | None:
    """The model that a test is attached to; None for tests of several."""
    model: Node | None = manifest["nodes"].get(test.get("attached_node") or "")
    return model


def severity_of(test: Node) -> Severity:
    """The severity that its YAML gives it."""
    declared = str((test.get("config") or {}).get("severity", "")).lower()
    return "warn" if declared == "warn" else "error"


def expected_of(test: Node) -> str:
    """What it expects, in words."""
    if test["resource_type"] == "unit_test":
        return "the unit test's rows"
    if stated := _meta(test).get("expected"):
        return str(stated)
    if test.get("description"):
        return " ".join(str(test["description"]).split())
    kind = kind_of(test)
    column = test.get("column_name")
    if parent := parent_of(test):
        return f"each {column} is in {parent}"
    return f"{column} {str(kind).replace('_', ' ')}" if kind and column else "no rows"


def _meta(test: Node) -> Mapping[str, Any]:
    return (test.get("config") or {}).get("meta") or {}


def parent_of(test: Node) -> str:
    """The model that a relationships test looks its keys up in; empty for other tests."""
    if kind_of(test) != "relationships":
        return ""
    arguments = (test.get("test_metadata") or {}).get("kwargs") or {}
    match = re.search(r"""ref\(\s*['"](\w+)['"]""", str(arguments.get("to", "")))
    return match[1] if match else ""


def remedy_of(test: Node) -> str:
    """What to do where it does not pass: `config.meta.remedy` of the test, else that of its kind."""
    if stated := _meta(test).get("remedy"):
        return " ".join(str(stated).split())
    if parent := parent_of(test):
        return (
            f"Deliver the records behind {parent} that have these keys, or write the keys in the same form on "
            f"both sides in embudo.yml; until then these rows have no attributes of {parent}."
        )
    return ""


def relation_of_model(model: Node) -> str:
    """A model's table quoted for SQL."""
    parts = (model["database"], model["schema"], model.get("alias") or model["name"])
    return ".".join(identifier(part) for part in parts)
