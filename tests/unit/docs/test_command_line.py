"""`docs/cli.md`: the reference is complete."""

from __future__ import annotations

import re

import typer

from orchestration.cli.app import app
from scripts.docs.project import ROOT


def test_every_command_and_option_is_in_the_reference() -> None:
    text = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    sections = dict(re.findall(r"^## (\S+)\n(.*?)(?=^## |\Z)", text, re.M | re.S))
    group = typer.main.get_command(app)
    commands = {name: command for name, command in group.commands.items() if not command.hidden}  # type: ignore[attr-defined]
    assert set(sections) == set(commands)
    missing = [
        f"{name} {option}"
        for name, command in commands.items()
        for parameter in command.params
        if parameter.param_type_name == "option" and not parameter.hidden
        for option in parameter.opts
        if f"`{option}`" not in sections[name]
    ]
    assert missing == []


def test_every_option_is_explained() -> None:
    text = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `--?[^|]*\|[^|]*\|\s*\|$", text, re.M) == []
