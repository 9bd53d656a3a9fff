"""Reading `embudo.yml`: YAML with line numbers, the environment over it, every mistake at once.

The shape of the settings stands in `models`, rules that need the contract in `mapping_rules`, the words of a
mistake in `mistakes`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from orchestration.core.errors import SettingsInvalid
from orchestration.settings import gate_rules, mapping_rules
from orchestration.settings.environment import Environment
from orchestration.settings.mistakes import NAMES_A_VARIABLE, KeyPath, dotted, explain, located
from orchestration.settings.models import Settings

_SECRET = re.compile(r"pass(word|wd|phrase)?$|token|secret|api_?key|private_?key|credential", re.I)
_FREE_NAMES = ("columns", "map", "streams", "sources", "widths")


class _Loader(yaml.SafeLoader):
    """YAML whose only booleans are true and false, and where 007 and 12:30 stay text."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith((":bool", ":int"))]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile(r"^[-+]?(?:0|[1-9][0-9]*)$"), list("-+0123456789")
)


def load_settings(config: Path, *, inbox: Path | None = None) -> Settings:
    """Read and check `config`; `inbox` overrides its inbox, relative to the working folder.

    Raises `SettingsInvalid` with every fault found, each with line, key, value and what is allowed.
    """
    config = config.expanduser().resolve()
    try:
        text = config.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise SettingsInvalid(
            f"There is no {config.name} at {config}. `embudo init` writes one with comments; "
            "--config names another."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsInvalid(f"{config} cannot be read as UTF-8 text: {error}") from error

    content, lines = _parse(text, config)
    _refuse_secrets(content, lines, config)
    environment = Environment()
    chosen_inbox = inbox or environment.inbox
    if chosen_inbox is not None:
        content["inbox"] = Path(chosen_inbox).expanduser().resolve()
    else:
        stated = content.get("inbox", "inbox")
        content["inbox"] = (config.parent / stated).resolve() if isinstance(stated, str) else stated
    if isinstance(shared := content.get("marts_folder"), str):
        content["marts_folder"] = (config.parent / Path(shared).expanduser()).resolve()
    content.update(environment.overrides())
    if "config_file" in content:
        raise SettingsInvalid(f"{config.name}: `config_file` is not a key of embudo.yml.")
    content["config_file"] = config

    try:
        settings = Settings.model_validate(content)
    except ValidationError as error:
        faults = [explain(fault, content, lines) for fault in error.errors()]
        raise SettingsInvalid(_message(config, faults)) from None
    faults = [
        located(fault.path, f"{fault.text}", lines)
        for fault in (*mapping_rules.faults(settings), *gate_rules.faults(settings))
    ]
    if faults:
        raise SettingsInvalid(_message(config, faults))
    return settings


def _message(config: Path, faults: list[str]) -> str:
    head = f"{config.name} has {len(faults)} mistake{'s' if len(faults) > 1 else ''}:"
    return "\n".join([head, *(f"  - {fault}" for fault in faults), f"Fix {config} and try again."])


def _parse(text: str, config: Path) -> tuple[dict[str, Any], dict[KeyPath, int]]:
    try:
        node = yaml.compose(text, Loader=_Loader)
        content = yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise SettingsInvalid(
            f"{config.name}{where}: not valid YAML: {error.problem}. "
            "Check the indentation, and put quotes around values with `:`, `#` or `%`."
        ) from None
    except (yaml.YAMLError, ValueError) as error:
        raise SettingsInvalid(f"{config.name} is not valid YAML: {error}") from None
    if content is None:
        return {}, {}
    if not isinstance(content, dict):
        raise SettingsInvalid(
            f"{config.name} holds a {type(content).__name__}; expected keys with values, like "
            "`company: …`."
        )
    return content, dict(_line_numbers(node, ()))


def _line_numbers(node: yaml.Node | None, path: KeyPath) -> Iterator[tuple[KeyPath, int]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            here = (*path, str(key.value))
            yield here, key.start_mark.line + 1
            yield from _line_numbers(value, here)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            here = (*path, index)
            yield here, value.start_mark.line + 1
            yield from _line_numbers(value, here)


def _refuse_secrets(content: Any, lines: Mapping[KeyPath, int], config: Path) -> None:
    """Keys that hold secrets have no place in a file that is committed."""
    for path in lines:
        key = str(path[-1])
        free = NAMES_A_VARIABLE.search(key) or (len(path) > 1 and path[-2] in _FREE_NAMES)
        if not free and _SECRET.search(key):
            raise SettingsInvalid(
                f"{config.name}, line {lines[path]}: `{dotted(path)}` looks like a secret. "
                "Secrets never stand in embudo.yml: take it out (and change it, if the file was "
                "shared), put it in the environment, and name its variable (`token_env: …`)."
            )
