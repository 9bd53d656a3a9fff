"""Plans of one semantic manifest cached in a file, so that the next refresh with the same definitions plans nothing.

Planning a wide query takes MetricFlow a second; the same request over the same manifest gives the same text, and
the same metrics the same dimensions. Files are named after the manifest's text, so that homes of other settings
share them. What a request means does not belong here.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from orchestration.core.processes import last_change
from semantic_layer.names import ResolvedRequest
from semantic_layer.records import DimensionKind

_FORMAT = "5"
"""What is made of MetricFlow's SQL and how it is stored; another format does not read this one's files."""

_MAX_FILES = 12
"""Per folder, the newest: each state of the definitions has one."""

GroupByItem = tuple[str, DimensionKind, str, tuple[str, str]]
"""Name, kind, grain, and the key of its element."""


class PlanCache:
    """SQL by request. A file that is missing, corrupt or of another planner counts as empty."""

    @classmethod
    def of(cls, semantic_manifest: Path, *, folder: Path) -> PlanCache:
        """The cache of a `semantic_manifest.json`."""
        name = hashlib.sha256(semantic_manifest.read_bytes()).hexdigest()[:16]
        return cls(folder / f"{name}.plans.json")

    def __init__(self, path: Path) -> None:
        """Read the file, where there is one."""
        self._path = path
        self._version = f"{version('metricflow')}/{_FORMAT}"
        self._changed = False
        self._plans: dict[str, str] = {}
        self._items: dict[str, list[GroupByItem]] = {}
        try:
            stored = json.loads(path.read_text(encoding="utf-8"))
            if stored["planner"] == self._version:
                self._items = {
                    key: [
                        (name, kind, grain, (link, element))
                        for name, kind, grain, (link, element) in items
                    ]
                    for key, items in stored["items"].items()
                }
                self._plans = {str(key): str(sql) for key, sql in stored["plans"].items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            pass

    def get(self, request: ResolvedRequest) -> str | None:
        """The SQL of a request that was planned before."""
        return self._plans.get(_key(request))

    def put(self, request: ResolvedRequest, sql: str) -> None:
        """Add a plan; `write` stores it."""
        self._plans[_key(request)] = sql
        self._changed = True

    def items(self, metrics: Sequence[str]) -> list[GroupByItem] | None:
        """What metrics can be grouped by; None where that was not resolved before."""
        return self._items.get(json.dumps(metrics))

    def put_items(self, metrics: Sequence[str], items: list[GroupByItem]) -> None:
        """Add what metrics can be grouped by; `write` stores it."""
        self._items[json.dumps(metrics)] = items
        self._changed = True

    def write(self) -> None:
        """Replace the file by one rename, where anything was added."""
        if not self._changed:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        partial = self._path.with_name(f"{self._path.name}.{os.getpid()}.tmp")
        content = {"planner": self._version, "plans": self._plans, "items": self._items}
        partial.write_text(json.dumps(content), encoding="utf-8")
        partial.replace(self._path)
        self._changed = False
        files = sorted(self._path.parent.glob("*.plans.json"), key=last_change, reverse=True)
        for old in files[_MAX_FILES:]:
            old.unlink(missing_ok=True)


def _key(request: ResolvedRequest) -> str:
    columns = [item.column for item in request.group_by]
    return json.dumps(
        [request.metrics, columns, request.where, request.order, request.limit, request.offset]
    )
