"""`orchestration/settings/checks.json`: the checks of the gate as settings know them, from the registry."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from orchestration.quality.limits import Limit
from orchestration.quality.registry import Check, all_checks
from orchestration.quality.subjects import Definitions

_NO_PROJECT = Definitions(manifest={"nodes": {}}, root=Path("/nonexistent"))
"""Families that have names without a project have them from the contract or the code."""


def text() -> str:
    """The catalogue as JSON text."""
    return (
        json.dumps([_entry(check) for check in all_checks()], ensure_ascii=False, indent=1) + "\n"
    )


def _entry(check: Check) -> dict[str, Any]:
    return {
        "name": check.name,
        "gate": check.gate,
        "limits": {limit.name: _limit(limit, check) for limit in check.limits},
        "scopes": list(check.scopes),
        "has_share": check.has_share,
        "names": sorted(check.names_in(_NO_PROJECT)) if _is_of_code(check) else [],
    }


def _is_of_code(check: Check) -> bool:
    """Whether the names of a family are known without project and contract."""
    return check.is_family and check.name.count("<stream>") != 1


def _limit(limit: Limit, check: Check) -> dict[str, Any]:
    kinds = {bool: "boolean", int: "integer"}
    entry: dict[str, Any] = {
        "type": kinds.get(type(limit.default), "number"),
        "default": limit.default,
        "description": limit.about.text or f"a limit of {check.name}",
    }
    if entry["type"] != "boolean":
        entry["minimum"] = limit.about.low
        if limit.about.high is not None:
            entry["maximum"] = limit.about.high
    return entry
