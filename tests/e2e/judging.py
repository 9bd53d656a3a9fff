"""The gate on a copy of a release: what it says of damage, without a refresh for each.

Judging is the product's own: the tests that dbt compiled, reconciliation, row counts, drift, metric sanity,
Great Expectations. Only running dbt's tests is done here, as plain SQL.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb

from orchestration.core.records import CheckResult
from orchestration.quality.databases import Databases
from orchestration.quality.dbt_results import check_dbt
from orchestration.quality.drift import check_drift
from orchestration.quality.expectations import read_expectations
from orchestration.quality.metric_sanity import MetricMeta, MetricValue, check_metrics
from orchestration.quality.reconciliation import check_reconciliation
from orchestration.quality.row_counts import check_row_counts
from orchestration.quality.suites import check_marts
from orchestration.refresh.evaluation import as_of_of, monthly_values
from semantic_layer.catalogue import read_metrics


@dataclass(frozen=True)
class Outcome:
    """A dbt test's, as dbt would tell it."""

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
        """The checks that fail on the damaged candidate, those that begin like one of `unseen` apart.

        The part of the gate that `named` belongs to is asked first, and where it has failed no other.
        """
        databases = Databases.of(self.candidate(sql))
        parts = self._parts(databases, named)
        failed: dict[str, CheckResult] = {}
        for prefix in sorted(parts, key=lambda prefix: not named.startswith(prefix)):
            failed |= {
                check.name: check
                for check in parts[prefix]()
                if check.outcome == "fail" and not check.name.startswith(tuple(unseen) or ("?",))
            }
            if named in failed:
                break
        return failed

    def _parts(
        self, databases: Databases, named: str
    ) -> dict[tuple[str, ...], Callable[[], Sequence[CheckResult]]]:
        """The gate's parts by what their checks' names begin with."""
        suites = [m for m in read_expectations() if named.startswith(f"marts.{m.table}.")]
        return {
            ("metric.",): lambda: check_metrics(
                monthly_values(databases.marts),
                metrics=self.metrics,
                previous=self.values,
                complete_before=as_of_of(databases.warehouse)[1].replace(day=1),
            ),
            ("profile.",): lambda: check_drift(
                self.manifest, databases=databases, previous=self.release
            ),
            ("reconcile.", "parts."): lambda: check_reconciliation(databases=databases),
            ("rows.",): lambda: check_row_counts(
                self.manifest, databases=databases, previous=self.rows
            ),
            ("dbt.",): lambda: check_dbt(
                self._dbt_tests(databases),
                manifest=self.manifest,
                artifacts=self.scratch,
                databases=databases,
                previous=self.release,
            ),
            ("marts.",): lambda: check_marts(suites or read_expectations(), databases=databases),
        }

    def _dbt_tests(self, databases: Databases) -> list[Outcome]:
        outcomes = []
        with databases.open() as connection:
            for node in self.manifest["nodes"].values():
                if node["resource_type"] != "test":
                    continue
                found = connection.execute(
                    f"select count(*) from ({node['compiled_code']})"
                ).fetchone()
                failures = int(found[0]) if found else 0
                severity = str(node["config"]["severity"]).lower()
                word = "warn" if severity == "warn" else "fail"
                outcomes.append(Outcome(node["unique_id"], word if failures else "pass", failures))
        return outcomes
