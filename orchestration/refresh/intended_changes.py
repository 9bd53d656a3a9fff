"""What was changed on purpose since the current release, by what it was built from: mappings, models, seeds, settings.

What the gate makes of it belongs to `quality.intended_changes`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from orchestration.core.records import RemovedStream
from orchestration.ingestion import Ledger
from orchestration.ingestion.mapping_versions import loads_of_other_mappings, mapping_versions
from orchestration.publication.layout import MANIFEST
from orchestration.quality.intended_changes import PRIVACY_KEY, IntendedChanges
from orchestration.refresh.context import RefreshContext
from orchestration.refresh.release_state import BUILD_STATE
from orchestration.settings import Settings
from orchestration.settings.project import BuildState

_FIGURES_DEPEND_ON = ("time_zone", "currency", "country", "revenue_from", PRIVACY_KEY)
"""Settings by which figures of the past become others."""


def stated_mappings(settings: Settings) -> dict[str, str]:
    """Each stream (`source.stream`) to a digest of how its files are read, as a release keeps it."""
    return {
        f"{source}.{stream}": _digest(versions)
        for (source, stream), versions in mapping_versions(settings).items()
    }


def intended_changes(
    context: RefreshContext, previous: Path | None, *, removed: Iterable[RemovedStream] = ()
) -> IntendedChanges:
    """What differs of a release's folder; nothing where there is none, or an older Embudo made it.

    `removed` are streams of it that embudo.yml no longer names; those that were renamed differ in nothing else.
    """
    before = BuildState.read(previous / BUILD_STATE) if previous is not None else None
    if previous is None:
        return IntendedChanges()
    gone = frozenset((stream.source, stream.stream) for stream in removed if not stream.is_renamed)
    if before is None:
        return IntendedChanges(previous.resolve().name, removed=gone)
    today = stated_mappings(context.settings)
    changed = {
        name for name, digest in today.items() if before.mappings.get(name, digest) != digest
    }
    with Ledger(context.home.ledger) as ledger:
        kept = loads_of_other_mappings(context.settings, ledger) if changed else {}
    mappings = {_stream(name) for name in changed}
    state = context.project.state
    return IntendedChanges(
        release_id=previous.resolve().name,
        mappings=frozenset(mappings),
        kept=frozenset(mappings & set(kept)),
        removed=gone,
        nodes=frozenset(_nodes(context, before, previous)),
        settings=tuple(
            name
            for name in _FIGURES_DEPEND_ON
            if before.stated and before.stated.get(name) != state.stated.get(name)
        ),
    )


def _nodes(context: RefreshContext, before: BuildState, previous: Path) -> Iterator[str]:
    """Ids of models whose SQL, or a macro of theirs, is another, and of seeds with other rows."""
    state, manifest = context.project.state, context.project.manifest
    seeds = {name for name in state.seeds if before.seeds.get(name) != state.seeds[name]}
    for node, fields in manifest["nodes"].items():
        if node.startswith("seed.") and fields.get("name") in seeds:
            yield node
    if before.models == state.models or not (previous / MANIFEST).exists():
        return
    known = json.loads((previous / MANIFEST).read_text(encoding="utf-8"))
    macros = {
        name
        for name, macro in manifest.get("macros", {}).items()
        if known.get("macros", {}).get(name, {}).get("macro_sql") != macro.get("macro_sql")
    }
    for node, fields in manifest["nodes"].items():
        if not node.startswith("model."):
            continue
        used = set((fields.get("depends_on") or {}).get("macros", ()))
        if _sql(known["nodes"].get(node)) != _sql(fields) or used & macros:
            yield node


def _sql(node: Mapping[str, Any] | None) -> str:
    return str((node or {}).get("raw_code", ""))


def _stream(name: str) -> tuple[str, str]:
    source, _, stream = name.partition(".")
    return source, stream


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()[:16]
