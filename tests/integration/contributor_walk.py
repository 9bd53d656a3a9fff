"""What the walks of docs/dev share: a copy of the checkout, and the files that a page shows."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT


def copy_checkout(folder: Path) -> Path:
    """A copy of what a contributor of Python works in; the rest is linked."""
    for name in ("orchestration", "scripts", "models", "tests"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in (
        "semantic_layer",
        "scorecards",
        "serving",
        "sandbox",
        "docs",
        "seeds",
        "dbt_project",
    ):
        (folder / name).symlink_to(ROOT / name)
    for name in ("pyproject.toml", "dbt_project.yml", "profiles.yml"):
        shutil.copy(ROOT / name, folder)
    return folder


def write_examples(page: str, *, into: Path) -> list[Path]:
    """Write each file that a page of docs/dev shows (its first line names it); returns their paths."""
    text = (ROOT / "docs" / "dev" / page).read_text(encoding="utf-8")
    written = []
    for name, content in re.findall(r"```python\n# (\S+)\n(.*?)```", text, re.S):
        assert not (into / name).exists(), f"{page} overwrites {name}"
        (into / name).write_text(content, encoding="utf-8")
        written.append(Path(name))
    return written


def run_python(checkout: Path, *arguments: str) -> str:
    """Run Python in the copy, which must succeed; returns what it printed."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=checkout,
        capture_output=True,
        text=True,
        env={"PATH": "", "PYTHONPATH": str(checkout), "HOME": str(checkout)},
        timeout=300,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout
