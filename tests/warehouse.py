"""A company's warehouse built in this process: landed, modelled, its metrics evaluated.

For tests that compare warehouses and would pay for Dagster, the gate and publishing many times over.
What a refresh does beyond that belongs to `tests/e2e`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration import ingestion, publication
from orchestration.core.records import LandingResult
from orchestration.settings.workspace import Workspace
from orchestration.transformation.project import Project
from semantic_layer.evaluation import values
from semantic_layer.layer import SemanticLayer
from tests.reporters import RecordingReporter

_RUN = "built-by-a-test"
LOADS = "performance.fct_load_rows"
"""The mart of what came with which load."""
_TESTS = ("resource_type:test", "resource_type:unit_test")


@dataclass
class Warehouse:
    """One home that is refreshed again and again, in the same pair of databases."""

    project: Project
    select: tuple[str, ...] = ()
    """What of the models to build, in dbt's words; all of them by default."""
    is_built: bool = False

    @classmethod
    def of(cls, *, config: Path, home: Path, select: tuple[str, ...] = ()) -> Warehouse:
        """A warehouse that nothing has been built in yet."""
        workspace = Workspace.open(config=config, home=home, inbox=None)
        workspace.home.prepare()
        return cls(Project(workspace), select)

    @property
    def workspace(self) -> Workspace:
        """Its settings and its home."""
        return self.project.workspace

    @property
    def directory(self) -> Path:
        """The folder with `warehouse.duckdb` and `marts.duckdb`."""
        return self.workspace.home.candidate(_RUN)

    def refresh(self) -> LandingResult:
        """Land what is new and build what follows from it; all of it the first time."""
        settings, home = self.workspace.settings, self.workspace.home
        landed = ingestion.land(settings, home, run_id=_RUN, report=RecordingReporter())
        self.build(full=not self.is_built)
        return landed

    def build(self, *, full: bool) -> None:
        """Build the models of what has landed, without their tests."""
        if full:
            publication.prepare_candidate(self.workspace.home, _RUN, full=True)
        candidate = publication.open_candidate(self.workspace.home, _RUN)
        with duckdb.connect(str(candidate.warehouse)) as connection:
            ingestion.write_landing_schema(
                connection, self.workspace.settings, self.workspace.home, run_id=_RUN
            )
        self.project.dbt(
            warehouse=candidate.warehouse, marts=candidate.marts, artifacts=candidate.artifacts
        ).build(select=self.select, exclude=_TESTS, full_refresh=full)
        self.is_built = True

    def evaluate_metrics(self) -> None:
        """Write every metric by month into the marts, as `performance.metric_values`.

        All but those of `fct_load_rows`, which are about the loads and not the company.
        """
        folder = self.project.parsed()
        with duckdb.connect(str(self.directory / "marts.duckdb")) as connection:
            connection.execute("set TimeZone = 'UTC'")
            layer = SemanticLayer.draft(
                folder / "semantic_manifest.json",
                folder / "manifest.json",
                self.directory,
                connection=connection,
            )
            names = [
                metric.name
                for metric in layer.metrics()
                if LOADS.partition(".")[2] not in layer.marts([metric.name])
            ]
            connection.register("evaluated", values(layer, names, "month"))
            connection.execute(
                "create or replace table performance.metric_values as select * from evaluated"
            )

    def mart(self, sql: str) -> Sequence[tuple[object, ...]]:
        """Rows of a query over the marts."""
        with duckdb.connect(str(self.directory / "marts.duckdb"), read_only=True) as connection:
            return list(connection.execute(sql).fetchall())
