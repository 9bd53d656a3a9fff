"""Mistakes of `embudo.yml` as messages: the line, the key, what was found and what is allowed.

Finding them belongs to the models, `loading` and `mapping_rules`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from orchestration.settings import (
    alert_models,
    api_models,
    exception_models,
    format_models,
    gate_models,
    mapping_models,
    source_models,
)
from orchestration.settings.models import Settings
from orchestration.settings.values import nearest

KeyPath = tuple[str | int, ...]
"""Keys and positions that lead to a value of embudo.yml."""

NAMES_A_VARIABLE = re.compile(r"_env$")
"""Keys that name the environment variable of a secret."""

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
    "bounds": api_models.BoundsSpec,
    "scope": exception_models.ExceptionScope,
}
"""The models of keys that mean the same wherever they stand."""


def explain(error: Any, settings: Mapping[str, Any], lines: Mapping[KeyPath, int]) -> str:
    """One error of pydantic as a message; `given` is the content of the file, `lines` path to line."""
    path = _without_kind(tuple(error["loc"]))
    kind, value = error["type"], error.get("input")
    if kind == "extra_forbidden":
        allowed = _allowed_keys(path, settings)
        return located(
            path,
            f"unknown key {str(path[-1])!r} (value {_short(value)})"
            f"{nearest(str(path[-1]), allowed)} Allowed: {', '.join(allowed)}",
            lines,
        )
    if kind == "missing":
        return located(path, "is needed and missing", lines)
    message = error["msg"].removeprefix("Value error, ")
    context = error.get("ctx", {})
    if kind == "union_tag_invalid":
        kind_stated, allowed_text = context.get("tag"), str(context.get("expected_tags", ""))
        near = nearest(str(kind_stated), re.findall(r"'([^']*)'", allowed_text))
        return located(
            (*path, "kind"), f"found {_short(kind_stated)}; allowed: {allowed_text}{near}", lines
        )
    if path and NAMES_A_VARIABLE.search(str(path[-1])):
        # What stands there may be the secret itself.
        return located(path, f"expected {_lower_first(message)}", lines)
    if kind == "literal_error":
        allowed_text = str(context.get("expected", ""))
        near = nearest(str(value), re.findall(r"'([^']*)'", allowed_text))
        return located(path, f"found {_short(value)}; allowed: {allowed_text}{near}", lines)
    if isinstance(value, dict):
        # A rule of several keys: its message names them.
        return located(path, _lower_first(message), lines)
    return located(path, f"found {_short(value)}; expected {_lower_first(message)}", lines)


def _without_kind(path: KeyPath) -> KeyPath:
    """pydantic names the kind of a source within the path; embudo.yml does not."""
    return (*path[:2], *path[3:]) if path[:1] == ("sources",) and len(path) > 2 else path


def _allowed_keys(path: KeyPath, settings: Mapping[str, Any]) -> list[str]:
    """The keys that the model at `path` has."""
    model: Any = Settings
    is_api = False
    for depth, step in enumerate(path[:-1]):
        if model is Settings and step == "sources":
            source = settings["sources"][path[1]]
            is_api = isinstance(source, dict) and source.get("kind") == "api"
            model = source_models.ApiSpec if is_api else source_models.SourceSpec
        elif step == "streams":
            model = source_models.EndpointSpec if is_api else mapping_models.SelectionSpec
        elif step == "exceptions":
            model = exception_models.ExceptionSpec
        elif step == "limits":
            model = gate_models.SourceLimits if depth else gate_models.Limits
        elif step in _PARTS:
            model = _PARTS[str(step)]
    assert issubclass(model, BaseModel)
    return [f.alias or name for name, f in model.model_fields.items() if name != "config_file"]


def located(path: KeyPath, text: str, lines: Mapping[KeyPath, int]) -> str:
    """A message with the line and the key that it is about."""
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
    return f"{where}{dotted(path)}: {text}"


def dotted(path: KeyPath) -> str:
    """A path of keys as text, e.g. `sources.crm.currency`."""
    return ".".join(str(part) for part in path) or "embudo.yml"


def _short(value: Any) -> str:
    text = repr(str(value) if isinstance(value, Path) else value)
    return text if len(text) <= 80 else f"{text[:77]}…"


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]
