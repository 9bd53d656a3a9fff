"""The gate on a copy of a release: which checks fail on corrupt marts, without a refresh for each.

The checks are the product's own. Only dbt's tests are run here, as plain SQL.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb

from orchestration.core.records import CheckResult
from orchestration.quality import GateInput, MetricMeta, MetricValue
from orchestration.quality.databases import Databases
from orchestration.quality.gate import run_check
from orchestration.quality.registry import checks_of
from orchestration.refresh.evaluation import as_of_of, monthly_values
from orchestration.settings.project import PROJECT_ROOT
from semantic_layer.catalogue import read_metrics
from tests.unit.quality.factories import gate_input


@dataclass(frozen=True)
class Outcome:
    """A dbt test's, as dbt would report it."""

    unique_id: str
    status: str
    failures: int
    seconds: float = 0.0
    message: str = ""


@dataclass(frozen=True)
class ReleaseCopy:
    """A release, and a folder for candidates that begin as copies of it."""

    release: Path
    scratch: Path

    @cached_property
    def manifest(self) -> dict[str, Any]:
        return dict(json.loads((self.release / "manifest.json").read_text(encoding="utf-8")))

    @cached_property
    def metrics(self) -> tuple[MetricMeta, ...]:
        text = (self.release / "semantic_manifest.json").read_text(encoding="utf-8")
        return tuple(MetricMeta.of(m.name, {"unit": m.unit}) for m in read_metrics(text).values())

    @cached_property
    def rows(self) -> dict[str, int]:
        return dict(json.loads((self.release / "release.json").read_text())["rows"])

    @cached_property
    def values(self) -> list[MetricValue]:
        return monthly_values(self.release / "marts.duckdb")

    def candidate(self, sql: str) -> Path:
        """The release's databases, its marts after `sql`."""
        shutil.rmtree(self.scratch, ignore_errors=True)
        self.scratch.mkdir(parents=True)
        (self.scratch / "warehouse.duckdb").symlink_to(self.release / "warehouse.duckdb")
        shutil.copy(self.release / "marts.duckdb", self.scratch)
        (self.scratch / "marts.duckdb").chmod(0o644)
        with duckdb.connect() as connection:
            connection.execute("set TimeZone = 'UTC'")
            connection.execute(f"attach '{self.scratch}/marts.duckdb' as marts")
            connection.execute(sql)
        return self.scratch

    def failed(
        self, sql: str, *, unseen: Sequence[str] = (), named: str = ""
    ) -> dict[str, CheckResult]:
        """The checks that fail on the corrupt candidate, those that begin like one of `unseen` apart.

        The check or family that `named` belongs to runs first, and where it has failed no other.
        """
        candidate = self._gate_input(self.candidate(sql), named)
        ours = [c for c in checks_of(2, 3) if named in c.names_in(candidate.definitions)]
        failed: dict[str, CheckResult] = {}
        for check in (*ours, *(c for c in checks_of(2, 3) if c not in ours)):
            failed |= {
                result.name: result
                for result in run_check(check, candidate)
                if result.outcome == "fail" and not result.name.startswith(tuple(unseen) or ("?",))
            }
            if named in failed:
                break
        return failed

    def _gate_input(self, directory: Path, named: str) -> GateInput:
        """With the suite of one mart only where `named` is an expectation of it, which saves seconds."""
        of_mart = {"suites": (named.removeprefix("marts.").rpartition(".")[0],)}
        return gate_input(
            directory,
            **(of_mart if named.startswith("marts.") else {"root": PROJECT_ROOT}),
            artifacts=directory,
            manifest=self.manifest,
            outcomes=_LazyOutcomes(self, directory),
            metrics=self.metrics,
            values=monthly_values(directory / "marts.duckdb"),
            complete_before=as_of_of(directory / "warehouse.duckdb")[1].replace(day=1),
            previous_values=self.values,
            previous_rows=self.rows,
            previous=self.release,
        )

    def dbt_outcomes(self, databases: Databases) -> list[Outcome]:
        """The outcomes of dbt's data tests on a candidate."""
        outcomes = []
        with databases.open() as connection:
            for node in self.manifest["nodes"].values():
                if node["resource_type"] != "test":
                    continue
                rows = connection.execute(
                    f"select count(*) from ({node['compiled_code']})"
                ).fetchone()
                failures = int(rows[0]) if rows else 0
                severity = str(node["config"]["severity"]).lower()
                word = "warn" if severity == "warn" else "fail"
                outcomes.append(Outcome(node["unique_id"], word if failures else "pass", failures))
        return outcomes


@dataclass(frozen=True)
class _LazyOutcomes:
    """dbt's tests, run where a check reads their outcomes."""

    copy: ReleaseCopy
    directory: Path

    def __iter__(self) -> Iterator[Outcome]:
        return iter(self.copy.dbt_outcomes(Databases.of(self.directory)))
