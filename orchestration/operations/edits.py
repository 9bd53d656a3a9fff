"""Edits of the working tree that decide rows, and which models they concern.

Building them belongs to `diff`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from orchestration.publication.layout import MANIFEST
from orchestration.refresh.release_state import BUILD_STATE
from orchestration.settings.project import BuildState
from orchestration.transformation.project import Project

PROJECT = "embudo"
"""The dbt project's name: macros of others are not the analyst's."""


def edits_since(project: Project, release: Path) -> tuple[str, ...]:
    """What decides rows in the working tree and is not as the release was built from: `seed stages`, …

    Models and macros are compared by dbt's manifests, seeds, vars and settings by the build's own state. A
    metric decides no row.
    """
    before = json.loads((release / MANIFEST).read_text(encoding="utf-8"))
    after = project.manifest
    changed = [
        f"{kind} {name}"
        for kind, part in (("model", "nodes"), ("macro", "macros"))
        for name in _differing(_texts(before[part], kind), _texts(after[part], kind))
    ]
    state = BuildState.read(release / BUILD_STATE)
    if state is not None:
        now = project.state
        changed += [f"seed {name}" for name in _differing(state.seeds, now.seeds)]
        # Those that settings set are among the settings.
        changed += [
            f"var {name}"
            for name in _differing(state.variables, now.variables)
            if name not in project.workspace.settings.dbt_vars()
        ]
        changed += ["settings"] if state.settings != now.settings else []
    return tuple(changed)


def _texts(nodes: Mapping[str, Any], kind: str) -> dict[str, str]:
    """Name to what decides the rows, of the project's own nodes of a kind."""
    return {
        node["name"]: node["macro_sql"]
        if kind == "macro"
        else json.dumps([node["checksum"], node["unrendered_config"], _types(node)], sort_keys=True)
        for key, node in nodes.items()
        if key.startswith(f"{kind}.{PROJECT}.")
    }


def _types(node: Mapping[str, Any]) -> dict[str, str | None]:
    """The contract's columns."""
    return {name: column.get("data_type") for name, column in node["columns"].items()}


def _differing(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    return sorted(name for name in {*before, *after} if before.get(name) != after.get(name))


def models_reading(manifest: Mapping[str, Any], variable: str) -> list[str]:
    """The models whose SQL, or a macro that it calls, reads this var; by name, sorted."""
    reads = re.compile(rf"""\bvar\(\s*['"]{re.escape(variable)}['"]""")
    macros = manifest["macros"]
    reading: set[str] = set()
    next_macros = {key for key, macro in macros.items() if reads.search(macro["macro_sql"])}
    while next_macros:
        reading |= next_macros
        next_macros = {
            key for key in macros if reading.intersection(macros[key]["depends_on"]["macros"])
        } - reading
    return sorted(
        node["name"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model"
        and (reads.search(node["raw_code"]) or reading.intersection(node["depends_on"]["macros"]))
    )
