"""What was changed on purpose since the release that a candidate is compared with: mappings, models, seeds, settings.

Beside such a release some figures differ for that reason and no other. What is compared with it warns there, by name,
instead of stopping; what is compared within the candidate, or with plain SQL, stops as ever. Finding out what changed
belongs to `refresh.intended_changes`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from orchestration.quality.marts import table_of
from orchestration.quality.outcomes import Finding
from orchestration.quality.suites import MartSuite

_SHOWN = 3

Compares = Literal["", "release", "columns", "history"]
"""What all of a check is compared with: the last release, its columns, or the months of the stream itself."""


@dataclass(frozen=True)
class IntendedChanges:
    """Changes since a release. A stream is a source with its stream; `nodes` are ids of dbt's models and seeds."""

    release_id: str = ""
    mappings: frozenset[tuple[str, str]] = frozenset()
    """Streams that are mapped otherwise."""
    kept: frozenset[tuple[str, str]] = frozenset()
    """Those of them of which rows count that were landed before, whose files cannot be read again."""
    removed: frozenset[tuple[str, str]] = frozenset()
    """Streams that embudo.yml no longer names, whose rows are gone."""
    nodes: frozenset[str] = frozenset()
    settings: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether anything was changed."""
        return bool(self.mappings or self.removed or self.nodes or self.settings)

    def since(self, what: str) -> str:
        """A change in words."""
        return f"{what} changed since release {self.release_id}"

    def of_stream(self, source: str, stream: str) -> bool:
        """Whether a stream is mapped otherwise."""
        return (source, stream) in self.mappings

    def of_mapping(self, source: str, stream: str) -> str:
        """The change of a stream's mapping in words."""
        return self.since(f"the mapping of {source}.{stream}")

    def of_settings(self) -> Iterator[str]:
        """Each change of settings in words."""
        for name in self.settings:
            yield self.since("the key of hashed addresses" if name == PRIVACY_KEY else f"`{name}`")


PRIVACY_KEY = "privacy_key"
"""The name of the hash key among the settings that figures depend on."""


@dataclass(frozen=True)
class Affected:
    """Which checks' subjects a project's changes affect, by the lineage of its manifest."""

    changes: IntendedChanges
    manifest: Mapping[str, Any] = field(default_factory=dict)
    suites: Collection[MartSuite] = ()

    def why(self, name: str, subject: str, *, compares: Compares = "") -> str:
        """Why what a check finds of its subject cannot be compared with the release; empty where it can.

        What `compares` with the history of a stream does so with its own months, which are read again wherever their
        files are there.
        """
        if not self.changes:
            return ""
        source, dot, stream = subject.partition(".")
        if dot:
            known = self.changes.kept if compares == "history" else self.changes.mappings
            streams = {stream, *(name.split(".")[1:] if name.startswith("agree.") else ())}
            changed = sorted(stream for stream in streams if (source, stream) in known)
            return self.changes.of_mapping(source, changed[0]) if changed else ""
        if self.changes.settings:
            return next(self.changes.of_settings())
        nodes = self._marts_of(subject) if name.startswith("metric.") else self._marts(subject)
        return next(filter(None, (self._why_of(node, compares) for node in sorted(nodes))), "")

    def _why_of(self, mart: str, compares: Compares) -> str:
        """Why a mart cannot be compared, by its id.

        A mapping concerns the marts that have the stream's rows, and the columns of all that are built from it; a
        stream that is gone and a model concern all that are built from them.
        """
        table, behind = mart.split(".")[2], self._behind(mart)
        sources = {node.rpartition(".")[2] for node in behind if _is(node, "source")}
        for source, stream in sorted(self.changes.removed):
            if stream in sources:
                return f"{source}.{stream} left embudo.yml since release {self.changes.release_id}"
        own = next((s.rows_when for s in self.suites if table_of(s.table) == table), None)
        streams = set(own or sources) if compares != "columns" else sources
        for source, stream in sorted(self.changes.mappings):
            if stream in streams:
                return self.changes.of_mapping(source, stream)
        changed = sorted(node.split(".")[2] for node in behind & self.changes.nodes)
        more = f" and {len(changed) - _SHOWN} more" if len(changed) > _SHOWN else ""
        return self.changes.since(f"{', '.join(changed[:_SHOWN])}{more}") if changed else ""

    def _marts(self, table: str) -> set[str]:
        return {node for node in self._parents if _is(node, "model") and node.endswith(f".{table}")}

    def _marts_of(self, metric: str) -> set[str]:
        """The models that a metric is calculated from."""
        queue = [n for n in self._parents if _is(n, "metric") and n.endswith(f".{metric}")]
        marts, seen = set(), set(queue)
        while queue:
            for parent in self._parents.get(queue.pop(), ()):
                if _is(parent, "model"):
                    marts.add(parent)
                elif parent not in seen:
                    seen.add(parent)
                    queue.append(parent)
        return marts

    def _behind(self, node: str) -> set[str]:
        """A node and all that it is built from."""
        queue, behind = [node], {node}
        while queue:
            new = [n for n in self._parents.get(queue.pop(), ()) if n not in behind]
            behind.update(new)
            queue += new
        return behind

    @property
    def _parents(self) -> Mapping[str, Sequence[str]]:
        parents: Mapping[str, Sequence[str]] = self.manifest.get("parent_map", {})
        return parents


def _is(node: str, kind: str) -> bool:
    return node.startswith(f"{kind}.")


def lightened(finding: Finding, affected: Affected, *, name: str, compares: Compares) -> Finding:
    """A finding that warns where a change on purpose may be what it found.

    A check that `compares` nothing as a whole says of single causes that they are differences from the release.
    """
    if finding.passed or not finding.ran or not affected.changes:
        return finding
    why = affected.why(finding.name or name, finding.subject, compares=compares)
    if not why:
        return finding
    if compares:
        return dataclasses.replace(
            finding.noted(f"; not comparable: {why}"),
            severity="warn",
            warn_limit=None,
            causes=tuple(dataclasses.replace(c, severity="warn") for c in finding.causes),
        )
    if not any(cause.beside_release for cause in finding.causes):
        return finding
    causes = [
        dataclasses.replace(cause, severity="warn", text=f"{cause.text}; not comparable: {why}")
        if cause.beside_release
        else cause
        for cause in finding.causes
    ]
    return finding.with_causes(causes)
