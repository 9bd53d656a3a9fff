"""Candidates, loads and results for the tests of the gate."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from orchestration.core.records import CheckResult, Load, Severity
from orchestration.quality import GateInput
from orchestration.quality.gate import run_check
from orchestration.quality.outcomes import Finding
from orchestration.quality.registry import registered
from tests.conftest import ROOT


def gate_input(directory: Path, *, suites: tuple[str, ...] = (), **fields: Any) -> GateInput:
    """A candidate in a folder, with the project's own suite files of these marts only."""
    project = directory / "project"
    for mart in suites:
        schema, table = mart.split(".")
        folder = project / "models" / schema
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{table}.sql").touch()
        shutil.copy(ROOT / "models" / schema / f"_{table}__checks.yml", folder)
    defaults: dict[str, Any] = {
        "run_id": "run-1",
        "directory": directory,
        "artifacts": directory / "target",
        "manifest": {"nodes": {}},
        "root": project,
    }
    return GateInput(**{**defaults, **fields})


def declare_suite(candidate: GateInput, mart: str, text: str) -> None:
    """Write a suite file of a mart into the candidate's project."""
    schema, table = mart.split(".")
    folder = candidate.root / "models" / schema
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{table}.sql").touch()
    (folder / f"_{table}__checks.yml").write_text(text)


def results(name: str, candidate: GateInput) -> tuple[CheckResult, ...]:
    """What one registered check brings for a candidate, as in the gate."""
    return tuple(run_check(registered(name), candidate))


def manifest_of(*marts: str) -> dict[str, Any]:
    """As much of dbt's manifest as names marts."""
    nodes = {
        mart: {
            "resource_type": "model",
            "database": "marts",
            "schema": mart.split(".")[0],
            "name": mart.split(".")[1],
        }
        for mart in marts
    }
    return {"nodes": nodes}


def result(
    name: str,
    *,
    passed: bool = True,
    gate: int = 3,
    subject: str = "fct_orders",
    observed: str = "3 rows",
    expected: str = "none",
    severity: Severity = "error",
    failures: int = 3,
    keys: tuple[str, ...] = ("crm:1",),
    warn_limit: int | None = None,
    ran: bool = True,
) -> CheckResult:
    """A result of the gate."""
    return Finding(
        passed=passed,
        observed=observed,
        expected=expected,
        severity=severity,
        failures=failures,
        keys=keys,
        warn_limit=warn_limit,
        ran=ran,
    ).result(gate=gate, name=name, subject=subject)


def load(
    seq: int, *, landed: int = 100, quarantined: int = 0, stream: str = "deals", source: str = "crm"
) -> Load:
    """A load of one file, the `seq`th of all."""
    return Load(
        load_id=f"l{seq}",
        load_seq=seq,
        source=source,
        stream=stream,
        landed_at=datetime(2026, 7, 1, tzinfo=UTC),
        rows_read=landed + quarantined,
        rows_landed=landed,
        rows_quarantined=quarantined,
        rows_skipped=0,
        files=(f"deals_{seq}.csv",),
        size_bytes=1,
    )
