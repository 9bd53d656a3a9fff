"""The layers of the code: import-linter's contracts, and what those cannot express."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

from tests.conftest import ROOT

LOOSE_MODULES = {"__init__", "definitions", "resources", "schedules", "sensors"}


def test_import_contracts_are_kept() -> None:
    """`[tool.importlinter]` in pyproject.toml: layers, independence, one user of MetricFlow, no cycles."""
    lint_imports = Path(sys.executable).with_name("lint-imports")
    linted = subprocess.run(
        [str(lint_imports), "--no-cache"], cwd=ROOT, capture_output=True, text=True
    )
    assert linted.returncode == 0, linted.stdout


def test_every_package_of_orchestration_has_a_layer() -> None:
    """A package that no contract names would be free of all of them."""
    content = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = content["tool"]["importlinter"]["contracts"]
    (layers,) = (c["layers"] for c in contracts if c["name"] == "Layers of orchestration")
    named = {module.strip() for layer in layers for module in layer.split("|")}
    packages = {
        f"orchestration.{path.parent.name}" for path in ROOT.glob("orchestration/*/__init__.py")
    }
    assert packages - named == set()


def test_only_dagster_concepts_are_loose_modules_of_orchestration() -> None:
    loose = {path.stem for path in (ROOT / "orchestration").glob("*.py")}
    assert loose - LOOSE_MODULES == set()


def test_models_hold_no_python() -> None:
    assert list((ROOT / "models").rglob("*.py")) == []
