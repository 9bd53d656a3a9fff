"""What all tests share: the command line as a person runs it, and the public data beside the checkout."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from orchestration.core.resource_limits import relax_garbage_collection

ROOT = Path(__file__).resolve().parents[1]
PUBLIC_DATA = Path(os.environ.get("EMBUDO_PUBLIC_DATA", ROOT.parent / "shared" / "data"))


CHROMIUM_OFFLINE = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
]
"""Options of a Chromium that makes no requests by itself."""

hypothesis.settings.register_profile("fast", max_examples=20)

GUARD = ROOT / "tests" / "guard"
GUARD_LOG = "EMBUDO_GUARD_LOG"


def pytest_configure(config: pytest.Config) -> None:
    """Guard this process and all that it starts: whoever calls another machine is refused, and noted (I11)."""
    if GUARD_LOG not in os.environ:
        handle, path = tempfile.mkstemp(prefix="embudo-guard-", suffix=".log")
        os.close(handle)
        os.environ[GUARD_LOG] = path
        config.add_cleanup(lambda: Path(path).unlink(missing_ok=True))
    relax_garbage_collection()
    # Parsing takes seconds, and every home of a test would repeat it.
    os.environ.setdefault("EMBUDO_DBT_CACHE", str(ROOT / "target" / "parsed"))
    before = os.environ.get("PYTHONPATH", "")
    os.environ["PYTHONPATH"] = f"{GUARD}{os.pathsep}{before}" if before else str(GUARD)
    spec = importlib.util.spec_from_file_location("embudo_guard", GUARD / "sitecustomize.py")
    assert spec is not None and spec.loader is not None
    spec.loader.exec_module(importlib.util.module_from_spec(spec))


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """A run in which anything called another machine has failed, whatever its tests report."""
    attempts = Path(os.environ[GUARD_LOG]).read_text(encoding="utf-8")
    if attempts and not hasattr(session.config, "workerinput"):
        print(f"\nFAILED: another machine was called (I11):\n{attempts}", file=sys.stderr)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the soak out unless `EMBUDO_SOAK` is set: it is for `make test` and `make soak`.

    With it, what takes longest begins first, so that no worker is left with it alone at the end.
    """
    if os.environ.get("EMBUDO_SOAK"):
        items.sort(key=_rank_of_length)
        return
    soak = [item for item in items if item.get_closest_marker("soak")]
    config.hook.pytest_deselected(items=soak)
    items[:] = [item for item in items if not item.get_closest_marker("soak")]


def _rank_of_length(item: pytest.Item) -> int:
    kinds = ("soak", "slow")
    return next((n for n, kind in enumerate(kinds) if item.get_closest_marker(kind)), len(kinds))


@dataclass(frozen=True)
class Embudo:
    """`embudo` on one home, each call a process of its own."""

    home: Path
    config: Path | None = None

    def __call__(
        self, *arguments: str, expect: int = 0, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a command; fails the test when it does not exit with `expect`."""
        options = ["--home", str(self.home)]
        if self.config is not None:
            options += ["--config", str(self.config)]
        done = subprocess.run(
            [str(Path(sys.executable).with_name("embudo")), *arguments, *options],
            capture_output=True,
            text=True,
            cwd=ROOT,
            env=os.environ | {"COLUMNS": "160"} | environment,
            timeout=900,
        )
        assert done.returncode == expect, (
            f"embudo {' '.join(arguments)} exited {done.returncode}, not {expect}\n"
            f"{done.stdout[-3000:]}\n{done.stderr[-6000:]}"
        )
        assert "Traceback" not in done.stderr, done.stderr[-6000:]
        return done

    def query(self, metrics: str, *options: str) -> list[dict[str, Any]]:
        """The rows of `embudo query --format json`, each a dictionary by column name."""
        answer = json.loads(self("query", metrics, *options, "--format", "json").stdout)
        return list(answer["rows"])


def public_data(name: str) -> Path:
    """A folder of the public data; skips the test where it is absent."""
    folder = PUBLIC_DATA / name
    if not folder.is_dir():
        pytest.skip(f"the public data set {name} is not beside this checkout ({PUBLIC_DATA})")
    return folder
