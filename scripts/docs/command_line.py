"""`docs/cli.md`: every command of `embudo` with its arguments and options, from the application itself."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import typer

from scripts.docs.markdown import codes, render, wrap

_COMMAND = re.compile(r"`?(embudo [^`]*)`?")


@dataclass(frozen=True)
class Parameter:
    """An argument or option as its table shows it."""

    names: str
    default: str
    text: str


@dataclass(frozen=True)
class Command:
    """A command as its section shows it."""

    name: str
    panel: str
    usage: str
    text: str
    arguments: Sequence[Parameter]
    options: Sequence[Parameter]


def page() -> str:
    """The page's text."""
    commands = [_command(name, command) for name, command in _commands().items()]
    panels: dict[str, list[Command]] = {}
    for command in commands:
        panels.setdefault(command.panel, []).append(command)
    return render("cli.md.j2", panels=panels)


def _commands() -> Mapping[str, Any]:
    from orchestration.cli.app import app

    group = typer.main.get_command(app)
    return {name: command for name, command in sorted(group.commands.items()) if not command.hidden}  # type: ignore[attr-defined]


def _command(name: str, command: Any) -> Command:
    arguments = [
        parameter for parameter in command.params if parameter.param_type_name == "argument"
    ]
    options = [
        parameter
        for parameter in command.params
        if parameter.param_type_name == "option" and not parameter.hidden
    ]
    words = [
        f"[{_word(parameter)}]" if not parameter.required else _word(parameter)
        for parameter in arguments
    ]
    return Command(
        name=name,
        panel=str(command.rich_help_panel or "Commands"),
        usage=" ".join(["embudo", name, *words, *(["[OPTIONS]"] if options else [])]),
        text=_paragraphs(command.help or ""),
        arguments=[_parameter(parameter) for parameter in arguments],
        options=[_parameter(parameter) for parameter in options],
    )


def _word(argument: Any) -> str:
    return str(argument.metavar or argument.name).upper()


def _paragraphs(help_text: str) -> str:
    """The help in Markdown: prose wrapped, and lines that begin with `embudo` as a console."""
    parts = []
    for paragraph in re.split(r"\n\s*\n", help_text.strip()):
        lines = [line.strip() for line in paragraph.splitlines()]
        commands = [match[1] for match in map(_COMMAND.fullmatch, lines) if match]
        if len(commands) == len(lines):
            parts.append("\n".join(["```console", *(f"$ {line}" for line in commands), "```"]))
        else:
            parts.append(wrap(" ".join(lines)))
    return re.sub(r"\n```\n\n```console\n", "\n", "\n\n".join(parts))


def _parameter(parameter: Any) -> Parameter:
    if parameter.param_type_name == "argument":
        names = f"`{_word(parameter)}`"
    else:
        names = codes([*parameter.opts, *parameter.secondary_opts])
    text = str(parameter.help or "").strip()
    choices = _choices(parameter)
    if choices:
        text = f"{text} One of {codes(choices)}.".strip()
    if parameter.multiple:
        text = f"{text} Can be repeated.".strip() if "repeat" not in text.lower() else text
    if parameter.envvar:
        text = f"{text} Environment: `{parameter.envvar}`.".strip()
    return Parameter(names, _default(parameter), text)


def _choices(parameter: Any) -> list[str]:
    kind = parameter.type_descriptor.annotation
    return (
        [str(choice.value) for choice in kind]
        if isinstance(kind, type) and issubclass(kind, Enum)
        else []
    )


def _default(parameter: Any) -> str:
    if parameter.required:
        return "required"
    value = parameter.default
    if callable(value) or value in (None, "", False, ()) or value == []:
        return ""
    return f"`{value.value if isinstance(value, Enum) else value}`"
