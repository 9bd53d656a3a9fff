"""Reading `embudo.yml`: YAML with line numbers, the environment over it, errors that a person can
act on.

The shape of the settings stands in `models`; rules that need the contract in `mapping_rules`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from orchestration.core.errors import SettingsInvalid
from orchestration.settings import (
    alert_models,
    api_models,
    format_models,
    gate_models,
    mapping_models,
    mapping_rules,
    source_models,
)
from orchestration.settings.environment import Environment
from orchestration.settings.models import Settings
from orchestration.settings.values import nearest

_SECRET = re.compile(r"pass(word|wd|phrase)?$|token|secret|api_?key|private_?key|credential", re.I)
_VARIABLE = re.compile(r"_env$")
"""Keys that name the environment variable of a secret."""
_FREE_NAMES = ("columns", "map", "streams", "sources", "widths")
Path_ = tuple[str | int, ...]

_PARTS: Mapping[str, type[BaseModel]] = {
    "columns": mapping_models.ColumnSpec,
    "deleted": mapping_models.ColumnSpec,
    "format": format_models.FormatSpec,
    "alerts": alert_models.AlertSpec,
    "on_breach": gate_models.BreachSpec,
    "unpivot": mapping_models.UnpivotSpec,
    "auth": api_models.AuthSpec,
    "pagination": api_models.PaginationSpec,
    "cursor": api_models.CursorSpec,
    "retries": api_models.RetriesSpec,
    "rate_limit": api_models.RateLimitSpec,
}
"""The models of keys that mean the same wherever they stand."""


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

    given, lines = _parse(text, config)
    _refuse_secrets(given, lines, config)
    environment = Environment()
    chosen_inbox = inbox or environment.inbox
    if chosen_inbox is not None:
        given["inbox"] = Path(chosen_inbox).expanduser().resolve()
    else:
        stated = given.get("inbox", "inbox")
        given["inbox"] = (config.parent / stated).resolve() if isinstance(stated, str) else stated
    given.update(environment.overrides())
    if "config_file" in given:
        raise SettingsInvalid(f"{config.name}: `config_file` is not a key of embudo.yml.")
    given["config_file"] = config

    try:
        settings = Settings.model_validate(given)
    except ValidationError as error:
        faults = [_explain(one, given, lines) for one in error.errors()]
        raise SettingsInvalid(_message(config, faults)) from None
    faults = [
        _located(fault.path, f"{fault.text}", lines) for fault in mapping_rules.faults(settings)
    ]
    if faults:
        raise SettingsInvalid(_message(config, faults))
    return settings


def _message(config: Path, faults: list[str]) -> str:
    head = f"{config.name} has {len(faults)} mistake{'s' if len(faults) > 1 else ''}:"
    return "\n".join([head, *(f"  - {fault}" for fault in faults), f"Fix {config} and try again."])


def _parse(text: str, config: Path) -> tuple[dict[str, Any], dict[Path_, int]]:
    try:
        node = yaml.compose(text, Loader=_Loader)
        given = yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise SettingsInvalid(
            f"{config.name}{where}: not valid YAML: {error.problem}. "
            "Check the indentation, and put quotes around values with `:`, `#` or `%`."
        ) from None
    except (yaml.YAMLError, ValueError) as error:
        raise SettingsInvalid(f"{config.name} is not valid YAML: {error}") from None
    if given is None:
        return {}, {}
    if not isinstance(given, dict):
        raise SettingsInvalid(
            f"{config.name} holds a {type(given).__name__}; expected keys with values, like "
            "`company: …`."
        )
    return given, dict(_line_numbers(node, ()))


def _line_numbers(node: yaml.Node | None, path: Path_) -> Iterator[tuple[Path_, int]]:
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


def _refuse_secrets(given: Any, lines: Mapping[Path_, int], config: Path) -> None:
    """Keys that hold secrets have no place in a file that is committed."""
    for path in lines:
        key = str(path[-1])
        free = _VARIABLE.search(key) or (len(path) > 1 and path[-2] in _FREE_NAMES)
        if not free and _SECRET.search(key):
            raise SettingsInvalid(
                f"{config.name}, line {lines[path]}: `{_dotted(path)}` looks like a secret. "
                "Secrets never stand in embudo.yml: take it out (and change it, if the file was "
                "shared), put it in the environment, and name its variable (`token_env: …`)."
            )


def _explain(error: Any, given: Mapping[str, Any], lines: Mapping[Path_, int]) -> str:
    """One pydantic error as a message."""
    path = _without_kind(tuple(error["loc"]))
    kind, value = error["type"], error.get("input")
    if kind == "extra_forbidden":
        allowed = _allowed_keys(path, given)
        return _located(
            path,
            f"unknown key {str(path[-1])!r} (value {_short(value)})"
            f"{nearest(str(path[-1]), allowed)} Allowed: {', '.join(allowed)}",
            lines,
        )
    if kind == "missing":
        return _located(path, "is needed and missing", lines)
    message = error["msg"].removeprefix("Value error, ")
    context = error.get("ctx", {})
    if kind == "union_tag_invalid":
        found, allowed_text = context.get("tag"), str(context.get("expected_tags", ""))
        near = nearest(str(found), re.findall(r"'([^']*)'", allowed_text))
        return _located(
            (*path, "kind"), f"found {_short(found)}; allowed: {allowed_text}{near}", lines
        )
    if path and _VARIABLE.search(str(path[-1])):
        # What stands there may be the secret itself.
        return _located(path, f"expected {_lower_first(message)}", lines)
    if kind == "literal_error":
        allowed_text = str(context.get("expected", ""))
        near = nearest(str(value), re.findall(r"'([^']*)'", allowed_text))
        return _located(path, f"found {_short(value)}; allowed: {allowed_text}{near}", lines)
    if isinstance(value, dict):
        # A rule of several keys: its message names them.
        return _located(path, _lower_first(message), lines)
    return _located(path, f"found {_short(value)}; expected {_lower_first(message)}", lines)


def _without_kind(path: Path_) -> Path_:
    """pydantic names the kind of a source within the path; embudo.yml does not."""
    return (*path[:2], *path[3:]) if path[:1] == ("sources",) and len(path) > 2 else path


def _allowed_keys(path: Path_, given: Mapping[str, Any]) -> list[str]:
    """The keys that the model at `path` has."""
    model: Any = Settings
    is_api = False
    for depth, step in enumerate(path[:-1]):
        if model is Settings and step == "sources":
            source = given["sources"][path[1]]
            is_api = isinstance(source, dict) and source.get("kind") == "api"
            model = source_models.ApiSpec if is_api else source_models.SourceSpec
        elif step == "streams":
            model = source_models.EndpointSpec if is_api else mapping_models.SelectionSpec
        elif step == "limits":
            model = gate_models.SourceLimits if depth else gate_models.Limits
        elif step in _PARTS:
            model = _PARTS[str(step)]
    assert issubclass(model, BaseModel)
    return [f.alias or name for name, f in model.model_fields.items() if name != "config_file"]


def _located(path: Path_, text: str, lines: Mapping[Path_, int]) -> str:
    known = tuple(str(p) if isinstance(p, str) else p for p in path)
    line = None
    # The short forms of embudo.yml (one selection, one glob) have no index of their own.
    for candidate in (known, tuple(p for p in known if not isinstance(p, int))):
        while candidate and line is None:
            line = lines.get(candidate)
            if (
                line is None
                and candidate == known[: len(candidate)]
                and isinstance(candidate[-1], int)
            ):
                break
            candidate = candidate[:-1]
        if line is not None:
            break
    where = f"line {line}: " if line is not None else ""
    return f"{where}{_dotted(path)}: {text}"


def _dotted(path: Path_) -> str:
    return ".".join(str(part) for part in path) or "embudo.yml"


def _short(value: Any) -> str:
    text = repr(str(value) if isinstance(value, Path) else value)
    return text if len(text) <= 80 else f"{text[:77]}…"


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]
