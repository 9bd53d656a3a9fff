"""`embudo serve`: what it refuses, and what its import costs. Answers are tested in `serving` and end to end."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from serving.server import listen
from tests.unit.cli.conftest import CommandLine

HEAVY = ("serving", "starlette", "uvicorn", "ariadne", "graphql", "grpc", "google.protobuf")


def test_help_teaches(embudo: CommandLine) -> None:
    text = embudo("serve", "--help").stdout
    assert "embudo token create notebook" in text and "curl" in text and "/api/v1/query" in text


def test_refusals(embudo: CommandLine, options: tuple[str, ...], tmp_path: Path) -> None:
    empty = ("--home", str(tmp_path / "empty"))
    assert (
        "Nothing is published yet"
        in embudo("serve", "--port", "0", "--flight-port", "0", *empty, expect=8).stderr
    )
    beyond = embudo("serve", "--host", "0.0.0.0", *options, expect=1)
    assert "no token yet" in beyond.stderr
    with listen("127.0.0.1", 0) as taken:
        port = str(taken.getsockname()[1])
        assert "is taken" in embudo("serve", "--port", port, *options, expect=1).stderr


@pytest.mark.parametrize(
    "imported",
    ["orchestration.cli.app", "orchestration.cli.query, metricflow.engine.metricflow_engine"],
    ids=["--help", "query"],
)
def test_other_commands_import_none_of_it(imported: str) -> None:
    code = f"import sys, {imported}; sys.exit(str([m for m in {HEAVY} if m in sys.modules]))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stderr.strip() == "[]"
