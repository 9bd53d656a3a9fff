"""The command line's own manners, before any command runs."""

import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import typer

from orchestration.cli.app import app

ROOT = Path(__file__).resolve().parents[3]


def test_the_version_is_that_of_the_project() -> None:
    """`embudo --version` names the version that pyproject.toml gives, and does nothing else."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    said = subprocess.run(
        [Path(sys.executable).with_name("embudo"), "--version"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert said.stdout == f"embudo {project['version']}\n"
    assert said.stderr == ""


def test_all_commands_take_the_same_config_and_home() -> None:
    """One line of options does for all; the demo alone writes settings of its own."""
    commands: Any = typer.main.get_command(app)
    lacking = {
        name: missing
        for name, command in commands.commands.items()
        if (missing := {"--config", "--home"} - {o for p in command.params for o in p.opts})
    }
    assert lacking == {"demo": {"--config"}}
