"""SQL that MetricFlow has planned, kept on disk from one refresh to the next.

A plan depends on the definitions and the request alone, and takes longer than running it: a file holds those
of one semantic manifest. Planning itself belongs to `engine`.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from semantic_layer.request import QueryRequest


class PlanStore:
    """Plans of one semantic manifest in a folder. Safe to share between threads; `save` when done."""

    def __init__(self, folder: Path, semantic_manifest: str) -> None:
        text = f"{version('metricflow')}\n{semantic_manifest}"
        name = hashlib.sha256(text.encode()).hexdigest()[:16]
        self._path = folder / f"plans-{name}.json"
        self._plans = self._read()
        self._is_new = False

    def sql_of(self, request: QueryRequest, plan: Callable[[], str]) -> str:
        """The kept SQL of a request, else what `plan` makes of it."""
        key = repr(request)
        if key not in self._plans:
            self._plans[key] = plan()
            self._is_new = True
        return self._plans[key]

    def save(self) -> None:
        """Write the file where there is anything new, and remove those of other definitions."""
        if not self._is_new:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        partial = self._path.with_name(f"{self._path.name}.{os.getpid()}.tmp")
        partial.write_text(json.dumps(self._plans), encoding="utf-8")
        partial.replace(self._path)
        for other in self._path.parent.glob("plans-*"):
            if other != self._path:
                other.unlink(missing_ok=True)

    def _read(self) -> dict[str, str]:
        """What is kept; nothing where the file is missing or damaged, for it can be made again."""
        try:
            kept = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return kept if isinstance(kept, dict) else {}
