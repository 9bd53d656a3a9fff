"""The command line in this process, and a catalogue of metrics."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest

from orchestration.cli import main
from orchestration.operations import layer_selection
from orchestration.operations.layer_selection import SelectedLayer
from semantic_layer.records import Metric
from tests.faults.tiny_company import TinyCompany


@dataclass(frozen=True)
class Outcome:
    """How a command ended, and what it printed."""

    exit_code: int
    stdout: str
    stderr: str


@dataclass(frozen=True)
class CommandLine:
    """`embudo` in this process."""

    capture: pytest.CaptureFixture[str]

    def __call__(self, *arguments: str, expect: int = 0) -> Outcome:
        """Run a command; fails the test when it does not exit with `expect`."""
        sys.argv = ["embudo", *arguments]
        with pytest.raises(SystemExit) as ended:
            main()
        code = ended.value.code
        printed = self.capture.readouterr()
        outcome = Outcome(code if isinstance(code, int) else 0, printed.out, printed.err)
        assert outcome.exit_code == expect, outcome
        return outcome


@pytest.fixture
def embudo(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[CommandLine]:
    """The command line in an empty folder, on a wide terminal; the environment is restored."""
    environment = dict(os.environ)
    monkeypatch.setattr(sys, "argv", [])
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    yield CommandLine(capsys)
    os.environ.clear()
    os.environ.update(environment)


@pytest.fixture
def options(company: TinyCompany) -> tuple[str, ...]:
    """`--home` and `--config` of that company."""
    return ("--home", str(company.home.root), "--config", str(company.config))


@dataclass(frozen=True)
class Catalogue:
    """A layer that knows metrics by name, in the place of a release's."""

    known: tuple[Metric, ...]

    @property
    def catalogue(self) -> Catalogue:
        return self

    def metrics(self) -> tuple[Metric, ...]:
        return self.known

    def metric(self, name: str) -> Metric:
        return next(metric for metric in self.known if metric.name == name)


@pytest.fixture
def catalogue(monkeypatch: pytest.MonkeyPatch) -> Catalogue:
    """`revenue` and `calls`, whatever release is wanted."""
    layer: Any = Catalogue(
        (metric("revenue", family="revenue"), metric("calls", family="activity"))
    )
    selected = SelectedLayer(layer=layer)
    monkeypatch.setattr(layer_selection, "select_layer", lambda *_, **__: selected)
    return cast(Catalogue, layer)


def metric(name: str, *, family: str) -> Metric:
    """A sum in euros."""
    return Metric(
        name=name, kind="simple", label=name.capitalize(), label_es=name, description="A sum.",
        unit="currency", better="up", cadence="monthly", roles=("manager",), owner="sales_operations",
        family=family, inputs=(), formula=f"sum({name})", objective="grow_revenue", action="Sell.",
        requires_metric_time=False, accumulates=True, is_conversion=False,
    )  # fmt: skip
