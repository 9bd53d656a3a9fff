"""From a metric down to its source streams, through dbt's `manifest.json`.

The graph is dbt's; nothing is guessed from SQL. When the streams were loaded belongs to `trust`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from orchestration.core.errors import ReleaseCorrupt
from semantic_layer.records import Lineage

OWN_SOURCE = "embudo"
"""dbt's name for what a refresh passes to the models about itself: no stream of a company's."""


class LineageGraph:
    """Parents of every metric, model and source of one `manifest.json`."""

    def __init__(self, manifest: Mapping[str, Any]) -> None:
        self._parents: dict[str, tuple[str, ...]] = {
            node: tuple(parents) for node, parents in manifest.get("parent_map", {}).items()
        }
        self._metrics = {node["name"]: key for key, node in manifest.get("metrics", {}).items()}
        nodes = manifest.get("nodes", {})
        self._names = {key: str(node["name"]) for key, node in nodes.items()}
        self._tables = {
            name: key for key, name in self._names.items() if key.startswith(("model.", "seed."))
        }
        self._ends = {key for key, node in nodes.items() if _ends_lineage(node)}
        self._tests = Counter(
            self._names[parent]
            for node, parents in self._parents.items()
            if node.startswith(("test.", "unit_test."))
            for parent in parents
            if parent in self._names
        )
        self._sources = {
            key: (str(node["source_name"]), str(node["name"]))
            for key, node in manifest.get("sources", {}).items()
        }

    @classmethod
    def read(cls, path: Path) -> LineageGraph:
        """Read dbt's `manifest.json`."""
        try:
            return cls(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, AttributeError) as error:
            raise ReleaseCorrupt(
                f"{path} cannot be read as dbt's manifest ({error}). `embudo releases` lists the "
                "other releases; `embudo refresh` makes a new one."
            ) from error

    def tests_on(self, model: str) -> int:
        """How many data tests and unit tests check a model."""
        return self._tests[model]

    def has_table(self, name: str) -> bool:
        """Whether there is a model or a seed of this name."""
        return name in self._tables

    def streams_of(self, model: str) -> tuple[str, ...]:
        """The streams behind a model, in alphabetical order; none where its lineage ends at itself."""
        key = self._tables.get(model)
        return () if key is None or key in self._ends else self._upstream([key]).streams

    def of(self, metrics: Sequence[str]) -> Lineage:
        """Marts, streams and seeds behind these metrics, each in alphabetical order."""
        return self._upstream(self._metrics[name] for name in metrics if name in self._metrics)

    def _upstream(self, nodes: Iterable[str]) -> Lineage:
        marts: set[str] = set()
        streams: set[str] = set()
        seeds: set[str] = set()
        through: set[str] = set()
        waiting = list(nodes)
        seen = set(waiting)
        while waiting:
            node = waiting.pop()
            for parent in self._parents.get(node, ()):
                kind = parent.partition(".")[0]
                if kind == "model":
                    own = node.startswith("semantic_model.")
                    (marts if own else through).add(self._names.get(parent, parent))
                elif kind == "seed":
                    seeds.add(self._names.get(parent, parent))
                elif kind == "source":
                    source, stream = self._sources.get(parent, (OWN_SOURCE, ""))
                    if source != OWN_SOURCE:
                        streams.add(stream)
                if parent not in seen and parent not in self._ends:
                    seen.add(parent)
                    waiting.append(parent)
        return Lineage(
            models=tuple(sorted(marts)),
            streams=tuple(sorted(streams)),
            seeds=tuple(sorted(seeds)),
            through=tuple(sorted(through - marts)),
        )


def _ends_lineage(node: Mapping[str, Any]) -> bool:
    """Whether a model declares that what it reads makes no figure: the calendar's bounds, which read every stream."""
    return bool(node.get("config", {}).get("meta", {}).get("lineage_ends"))
