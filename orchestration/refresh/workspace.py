"""A company's settings and its home, and what can be asked of them without refreshing anything.

The state of the working tree, the parsed dbt project, drafts of definitions, files that wait in the inbox.
Running a refresh belongs to `orchestration.refresh.run`.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.ingestion import Ledger, load_contract, planned_requests
from orchestration.ingestion.api import PlannedRequest
from orchestration.ingestion.inbox import scan
from orchestration.ingestion.ledger.loads import active_loads
from orchestration.privacy.hash_key import PrivacyKey
from orchestration.privacy.tombstones import tombstones
from orchestration.publication.layout import SEMANTIC_MANIFEST, Layout
from orchestration.publication.releases import current_directory, release_directory
from orchestration.quality import MetricMeta, required_checks
from orchestration.quality.dbt_results import dbt_check_names
from orchestration.quality.loads import REQUIRED as LOADS_REQUIRED
from orchestration.quality.row_counts import marts_of
from orchestration.settings import Home, Settings, load_environment_file, load_settings
from orchestration.settings.project import PROJECT_ROOT, BuildState, build_state
from orchestration.transformation.dbt_runner import Dbt, is_whole
from orchestration.transformation.seeds import check_seeds, read_rules

if TYPE_CHECKING:
    from semantic_layer.exports import ExportedTable
    from semantic_layer.layer import SemanticLayer

BUILD_STATE = "build.json"
PARSE_CACHE_VARIABLE = "EMBUDO_DBT_CACHE"
"""Names the folder of parsed projects and plans; without it it is `target/parsed` of the project."""
METRIC_VALUES = "performance.metric_values"
"""Every metric by month, which a refresh writes beside dbt's marts."""
FIGURES = (METRIC_VALUES, "performance.scorecard", "performance.alerts")
"""Tables that the refresh computes from the marts."""


@dataclass(frozen=True)
class PendingFile:
    """A file that the next refresh will read; its path is relative to the inbox."""

    source: str
    stream: str
    file: str
    size_bytes: int


@dataclass(frozen=True)
class Workspace:
    """One company: its settings, its home, and the project's working tree."""

    settings: Settings
    home: Home

    @classmethod
    def open(cls, *, config: Path, home: Path, inbox: Path | None) -> Workspace:
        """Load the company's secrets into the environment, and its settings.

        Raises `SettingsInvalid` with the key, the value and what is allowed.
        """
        load_environment_file(config, home)
        return cls(settings=load_settings(config, inbox=inbox), home=Home.at(home))

    @property
    def layout(self) -> Layout:
        """Where candidates and releases lie."""
        return Layout(self.home.root)

    @cached_property
    def state(self) -> BuildState:
        """Fingerprints of models, seeds and settings as they are now."""
        others = {"as_of": self.settings.as_of, "industry": self.settings.industry}
        said = {name: str(value) for name, value in others.items() if value}
        key = PrivacyKey.from_environment()
        hashed = {"privacy_key": key.fingerprint} if key else {}
        state = build_state(settings={**self.settings.dbt_vars(), **said, **hashed})
        return replace(state, erasures=len(tombstones(self.home)))

    def released_state(self) -> BuildState | None:
        """The fingerprints that the current release was built from; None where there is no release."""
        current = current_directory(self.layout)
        return BuildState.read(current / BUILD_STATE) if current else None

    def landed(self) -> dict[str, list[int]]:
        """Loads of which something counts, each with those of its parts that no longer do."""
        with Ledger(self.home.ledger) as ledger:
            return {load.load_id: list(gone) for load, gone in active_loads(ledger)}

    def pending(self) -> list[PendingFile]:
        """Files in the inboxes that no load holds yet, and those whose mapping has changed."""
        contract = load_contract()
        found: list[PendingFile] = []
        with Ledger(self.home.prepare().ledger) as ledger:
            for source, spec in self.settings.sources.items():
                for stream in spec.streams:
                    news = scan(
                        self.settings,
                        self.home,
                        source=source,
                        stream=contract[stream],
                        ledger=ledger,
                    )
                    files = [(file.path, file.size) for file in news.pending]
                    files += [(part.path, 0) for part in news.replaced if not files]
                    found += [PendingFile(source, stream, path, size) for path, size in files]
        return found

    def asks(self) -> list[PlannedRequest]:
        """What the next refresh will ask APIs, and from where on."""
        return planned_requests(self.settings, self.home)

    def sources_of(self, stream: str) -> list[str]:
        """The sources that feed a stream."""
        return [name for name, spec in self.settings.sources.items() if stream in spec.streams]

    def dbt(self, *, warehouse: Path, marts: Path, artifacts: Path) -> Dbt:
        """dbt on a pair of databases, with the project parsed (or its parsed form taken from the cache)."""
        dbt = Dbt(
            warehouse=warehouse.resolve(),
            marts=marts.resolve(),
            artifacts=artifacts.resolve(),
            variables=self.settings.dbt_vars(),
        )
        dbt.parse(cache=self._parsed)
        return dbt

    def parsed(self) -> Path:
        """The folder with `manifest.json` and `semantic_manifest.json` of the working tree."""
        if not is_whole(self._parsed):
            # Nothing is opened; the names of the files are those of the databases in the manifest.
            scratch = self.home.dbt
            self.dbt(
                warehouse=scratch / "warehouse.duckdb",
                marts=scratch / "marts.duckdb",
                artifacts=scratch,
            )
        return self._parsed

    @property
    def units_passed(self) -> bool:
        """Whether the unit tests of just these models have passed, in whatever home, under this DuckDB."""
        return self._units_passed.exists()

    def note_passed_units(self) -> None:
        """Remember that they have."""
        self._units_passed.touch()

    @property
    def _units_passed(self) -> Path:
        return self.parsed() / f"unit_tests_passed.duckdb-{version('duckdb')}"

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """dbt's manifest of the working tree."""
        return dict(json.loads((self.parsed() / "manifest.json").read_text(encoding="utf-8")))

    def seeds_of_history(self) -> frozenset[str]:
        """Seeds that incremental models are made from: when one changes, history has to be built again."""
        nodes, parents = self.manifest["nodes"], self.manifest["parent_map"]
        waiting = [
            name
            for name, node in nodes.items()
            if node["config"].get("materialized") == "incremental"
        ]
        seen: set[str] = set()
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen.add(name)
                waiting += parents.get(name, [])
        return frozenset(name.split(".")[2] for name in seen if name.startswith("seed."))

    @cached_property
    def metric_meta(self) -> tuple[MetricMeta, ...]:
        """What the gate has to know of each metric."""
        from semantic_layer.catalogue import read_metrics

        text = (self.parsed() / SEMANTIC_MANIFEST).read_text(encoding="utf-8")
        return tuple(MetricMeta.of(m.name, {"unit": m.unit}) for m in read_metrics(text).values())

    def exports(self) -> tuple[ExportedTable, ...]:
        """The tables that saved queries become; raises `QueryInvalid` where a name cannot be one."""
        from semantic_layer.exports import exports_of

        return exports_of(
            self.parsed() / SEMANTIC_MANIFEST, taken={*marts_of(self.manifest), *FIGURES}
        )

    def check_seeds(self) -> int:
        """Rows of all seeds; raises `SeedInvalid` naming file, line and column of what is wrong."""
        units = {metric.name: metric.unit for metric in self.metric_meta}
        return check_seeds(read_rules(self.manifest, PROJECT_ROOT), metrics=units)

    def required_checks(self, *, unit_tests: bool) -> dict[str, str]:
        """Every check that a release needs, with what it looks at."""
        return required_checks(
            self.manifest,
            metrics=self.metric_meta,
            revenue_from=self.settings.revenue_from,
            unit_tests=unit_tests,
        )

    def mart_checks(self) -> dict[str, str]:
        """Gate 3's part of them: what is looked at once the marts and metrics are there."""
        earlier = {*LOADS_REQUIRED, *dbt_check_names(self.manifest, unit_tests=True)}
        required = self.required_checks(unit_tests=False)
        return {name: subject for name, subject in required.items() if name not in earlier}

    def draft_layer(self) -> SemanticLayer:
        """The working tree's definitions on the current release's tables."""
        from semantic_layer.layer import SemanticLayer

        parsed = self.parsed()
        return SemanticLayer.draft(
            parsed / SEMANTIC_MANIFEST,
            parsed / "manifest.json",
            release_directory(self.layout),
            plans=self.cache,
        )

    @property
    def _parsed(self) -> Path:
        from dbt.version import __version__

        key = json.dumps(
            [
                str(PROJECT_ROOT),
                self.state.models,
                list(self.state.seeds),
                self.settings.dbt_vars(),
                __version__,
            ],
            sort_keys=True,
        )
        return self.cache / hashlib.sha256(key.encode()).hexdigest()[:16]

    @property
    def cache(self) -> Path:
        """The folder of parsed projects and MetricFlow's plans, which all homes of a project share.

        They hold definitions and settings, and nothing of a company's data. Where the project may not be
        written to, each home has its own.
        """
        if given := os.environ.get(PARSE_CACHE_VARIABLE):
            return Path(given)
        shared = PROJECT_ROOT / "target" / "parsed"
        above = next(folder for folder in (shared, *shared.parents) if folder.exists())
        return shared if os.access(above, os.W_OK) else self.home.dbt
