"""The application: how it finds its commands, and how errors end it."""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer

from orchestration.cli import app as application
from orchestration.core.errors import QueryInvalid
from tests.unit.cli.conftest import CommandLine

ROOT = Path(__file__).resolve().parents[3]
NEW_COMMAND = '''
"""`embudo hello`: a greeting."""

from orchestration.cli.console import out
from orchestration.cli.options import Panel

PANEL = Panel.START


def hello() -> None:
    """Greet."""
    out.print("hello")
'''
ITS_TEST = """
from typer.testing import CliRunner

from orchestration.cli.app import app


def test_hello() -> None:
    assert CliRunner().invoke(app, ["hello"]).output == "hello\\n"
"""


def commands() -> dict[str, Any]:
    group: Any = typer.main.get_command(application.app)
    return dict(group.commands)


def test_the_version_is_that_of_the_project(embudo: CommandLine) -> None:
    """`embudo --version` names the version that pyproject.toml gives, and does nothing else."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    shown = embudo("--version")
    assert shown.stdout == f"embudo {project['version']}\n"
    assert shown.stderr == ""


def test_all_commands_take_the_same_config_and_home() -> None:
    """One line of options fits all; the demo alone writes settings of its own."""
    lacking = {
        name: missing
        for name, command in commands().items()
        if (missing := {"--config", "--home"} - {o for p in command.params for o in p.opts})
    }
    assert lacking == {"demo": {"--config"}}


def test_a_module_with_a_panel_is_a_command_named_after_it_with_a_test_of_its_own() -> None:
    modules = {m.__name__.rpartition(".")[2] for m in application.command_modules()}
    visible = {name for name, command in commands().items() if not command.hidden}
    assert visible == {name.replace("_", "-") for name in modules}
    tests = {path.stem.removeprefix("test_") for path in Path(__file__).parent.glob("test_*.py")}
    assert modules - tests == set()


def test_help_explains_every_command_and_option_in_a_sentence() -> None:
    bare = [
        f"{name} {option.name}"
        for name, command in commands().items()
        for option in command.params
        if not getattr(option, "hidden", False) and not str(option.help or "").endswith(".")
    ]
    bare += [name for name, command in commands().items() if not command.help]
    assert bare == []


@pytest.mark.slow
def test_adding_a_command_is_adding_two_files(tmp_path: Path) -> None:
    """In a copy of the project: its module and its test, and no other file is edited."""
    ignored = shutil.ignore_patterns("__pycache__")
    for package in ("orchestration", "semantic_layer", "scorecards", "serving"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=ignored)
    added = {
        tmp_path / "orchestration" / "cli" / "hello.py": NEW_COMMAND,
        tmp_path / "tests" / "unit" / "cli" / "test_hello.py": ITS_TEST,
    }
    for path, text in added.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests"],
        cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(tmp_path)}, capture_output=True, text=True,
    )  # fmt: skip
    assert "1 passed" in done.stdout, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (QueryInvalid("there is no metric `revenu`"), 9, "there is no metric `revenu`"),
        (sqlite3.DatabaseError("file is not a database"), 8, "embudo doctor"),
        (KeyboardInterrupt(), 130, "The current release is untouched"),
        (BrokenPipeError(), 0, ""),
    ],
)
def test_an_error_ends_with_a_message_and_its_exit_code(
    embudo: CommandLine,
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
    code: int,
    message: str,
) -> None:
    def fail() -> None:
        raise error

    monkeypatch.setattr(application, "app", fail)
    ended = embudo(expect=code) if code or message else embudo()
    assert message in ended.stderr
    assert "Traceback" not in ended.stderr


def test_an_error_of_the_program_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever reports it needs its traceback."""

    def fail() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(application, "app", fail)
    monkeypatch.setattr(os, "environ", dict(os.environ))
    with pytest.raises(ZeroDivisionError):
        application.main()


def test_what_libraries_log_does_not_reach_the_console(embudo: CommandLine) -> None:
    """Python prints warnings of loggers without a handler, such as MetricFlow's of a slow plan."""
    root = logging.getLogger()
    others = root.handlers[:]
    root.handlers[:] = []
    try:
        embudo("--version")
        assert root.handlers, "no handler is left to Python's last resort"
    finally:
        root.handlers[:] = others
