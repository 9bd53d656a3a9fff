"""Plans of one semantic manifest kept in a file, so that the next refresh with the same definitions plans nothing.

Planning a wide query takes MetricFlow a second; the same request over the same manifest gives the same text. The
file lies beside the manifest that it belongs to. What a request means does not belong here.
"""

from __future__ import annotations

import json
import os
from importlib.metadata import version
from pathlib import Path

from semantic_layer.names import ResolvedRequest

_FORM = "2"
"""What is made of MetricFlow's text: another form, another file."""


class KeptPlans:
    """SQL by request. A file that is missing, damaged or of another planner counts as empty."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._version = f"{version('metricflow')}/{_FORM}"
        self._new = False
        self._plans: dict[str, str] = {}
        try:
            kept = json.loads(path.read_text(encoding="utf-8"))
            if kept["planner"] == self._version:
                self._plans = {str(key): str(sql) for key, sql in kept["plans"].items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            pass

    def get(self, request: ResolvedRequest) -> str | None:
        """The SQL of a request that was planned before."""
        return self._plans.get(_key(request))

    def put(self, request: ResolvedRequest, sql: str) -> None:
        """Remember a plan; `write` makes it last."""
        self._plans[_key(request)] = sql
        self._new = True

    def write(self) -> None:
        """Put the file in its place with one rename, where there is anything new."""
        if not self._new or not self._path.parent.is_dir():
            return
        partial = self._path.with_name(f"{self._path.name}.{os.getpid()}.tmp")
        content = {"planner": self._version, "plans": self._plans}
        partial.write_text(json.dumps(content), encoding="utf-8")
        partial.replace(self._path)
        self._new = False


def _key(request: ResolvedRequest) -> str:
    columns = [item.column for item in request.group_by]
    return json.dumps(
        [request.metrics, columns, request.where, request.order, request.limit, request.offset]
    )
