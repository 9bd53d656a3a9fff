"""What all tests share: the command line as a person runs it, and the public data beside the checkout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
PUBLIC_DATA = Path(os.environ.get("EMBUDO_PUBLIC_DATA", ROOT.parent / "shared" / "data"))


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
