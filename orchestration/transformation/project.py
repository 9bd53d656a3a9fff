"""The dbt project of the working tree, as one company's settings shape it: its state and its parsed form.

Parsed projects are kept in a cache, in folders named after all that decides how dbt reads the project, so that
they are parsed once. Running dbt belongs to `dbt_runner`; comparing states with a release to `refresh`.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

from orchestration.privacy.hash_key import PrivacyKey
from orchestration.privacy.tombstones import read_tombstones
from orchestration.publication.layout import MANIFEST, SEMANTIC_MANIFEST
from orchestration.settings import Home
from orchestration.settings.project import PROJECT_ROOT, BuildState, build_state
from orchestration.settings.workspace import Workspace
from orchestration.transformation.dbt_runner import Dbt, is_intact

PARSE_CACHE_VARIABLE = "EMBUDO_DBT_CACHE"
"""Names the folder of parsed projects and plans; without it it is `target/parsed` of the project."""


@dataclass(frozen=True)
class Project:
    """The working tree as it was when it was first read; each part is read once, when it is needed."""

    workspace: Workspace

    @cached_property
    def state(self) -> BuildState:
        """Fingerprints of models, seeds and settings; `landed` is empty."""
        settings = self.workspace.settings
        optional = {
            "as_of": settings.as_of,
            "industry": settings.industry,
            "publish_contact_names": settings.publish_contact_names,
        }
        stated = {name: str(value) for name, value in optional.items() if value}
        key = PrivacyKey.from_environment()
        hashed = {"privacy_key": key.fingerprint} if key else {}
        state = build_state(settings={**settings.dbt_vars(), **stated, **hashed})
        return replace(state, erasures=len(read_tombstones(self.workspace.home)))

    @property
    def cache(self) -> Path:
        """The folder of parsed projects and MetricFlow's plans."""
        return cache_folder(self.workspace.home)

    def parsed(self) -> Path:
        """The folder with `manifest.json` and `semantic_manifest.json`; parses where it is not intact.

        Raises `BuildFailed` where dbt cannot parse the project.
        """
        if not is_intact(self._folder):
            # No database is opened; the manifest only takes their file names.
            scratch = self.workspace.home.dbt
            self.dbt(
                warehouse=scratch / "warehouse.duckdb",
                marts=scratch / "marts.duckdb",
                artifacts=scratch,
            )
        return self._folder

    @property
    def semantic_manifest(self) -> Path:
        """The file with the definitions of all metrics."""
        return self.parsed() / SEMANTIC_MANIFEST

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """dbt's manifest."""
        return dict(json.loads((self.parsed() / MANIFEST).read_text(encoding="utf-8")))

    def dbt(self, *, warehouse: Path, marts: Path, artifacts: Path) -> Dbt:
        """dbt on a pair of databases, with the project parsed or its parsed form taken from the cache."""
        dbt = Dbt(
            warehouse=warehouse.resolve(),
            marts=marts.resolve(),
            artifacts=artifacts.resolve(),
            variables=self.workspace.settings.dbt_vars(),
        )
        dbt.parse(cache=self._folder)
        return dbt

    @property
    def _folder(self) -> Path:
        key = json.dumps(
            [
                str(PROJECT_ROOT),
                self.state.models,
                list(self.state.seeds),
                self.workspace.settings.dbt_vars(),
                version("dbt-core"),
            ],
            sort_keys=True,
        )
        return self.cache / hashlib.sha256(key.encode()).hexdigest()[:16]


def cache_folder(home: Home) -> Path:
    """The folder of parsed projects and plans, which all homes of a project share.

    It has definitions and settings, and nothing of a company's data. Where the project is read-only, each home
    has its own.
    """
    if named := os.environ.get(PARSE_CACHE_VARIABLE):
        return Path(named)
    shared = PROJECT_ROOT / "target" / "parsed"
    above = next(folder for folder in (shared, *shared.parents) if folder.exists())
    return shared if os.access(above, os.W_OK) else home.dbt


def unit_tests_passed(project: Project) -> bool:
    """Whether the unit tests of just these models have passed, in whatever home, under this DuckDB."""
    return _passed_mark(project).exists()


def mark_unit_tests_passed(project: Project) -> None:
    """Remember that the unit tests of these models have passed."""
    _passed_mark(project).touch()


def history_seeds(manifest: Mapping[str, Any]) -> frozenset[str]:
    """Seeds that incremental models are built from: when one changes, history has to be rebuilt."""
    nodes, parents = manifest["nodes"], manifest["parent_map"]
    queue = [
        name for name, node in nodes.items() if node["config"].get("materialized") == "incremental"
    ]
    ancestors: set[str] = set()
    while queue:
        name = queue.pop()
        if name not in ancestors:
            ancestors.add(name)
            queue += parents.get(name, [])
    return frozenset(name.split(".")[2] for name in ancestors if name.startswith("seed."))


def _passed_mark(project: Project) -> Path:
    return project.parsed() / f"unit_tests_passed.duckdb-{version('duckdb')}"
