"""MetricFlow's template calls inside a filter: found and read as syntax, never evaluated.

Only `Dimension`, `TimeDimension` and `Entity` are calls; any other Jinja is refused. The SQL around
them belongs to `filters`.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from orchestration.core.errors import QueryInvalid

TEMPLATE_CALLS = ("Dimension", "TimeDimension", "Entity")

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, kw_only=True)
class Reference:
    """A dimension, time or entity that a filter names."""

    name: str
    call: str | None = None
    """The template call it was written with; None where it is a plain name."""
    grain: str | None = None


def take_templates(text: str) -> tuple[str, list[Reference]]:
    """The text with each template call replaced by a quoted name, and the calls."""
    parts: list[str] = []
    references: list[Reference] = []
    position = 0
    for match in re.finditer(r"'(?:[^']|'')*'|\{\{(.*?)\}\}|\{[%#]", text, re.DOTALL):
        piece = match.group(0)
        if piece.startswith("'"):
            continue
        if match.group(1) is None:
            raise refused(piece, text, "templates are calls only, no Jinja statements or comments")
        parts += [text[position : match.start()], f' "{placeholder(len(references))}" ']
        references.append(_template(match.group(1), text))
        position = match.end()
    parts.append(text[position:])
    return "".join(parts), references


def placeholder(number: int) -> str:
    """The name that stands for a template call while the SQL is parsed."""
    return f"?{number}"


def _template(code: str, text: str) -> Reference:
    """A template call, read as Python syntax and never run."""
    piece = "{{" + code + "}}"
    allowed = "allowed are {{ Dimension('…') }}, {{ TimeDimension('…', 'DAY') }}, {{ Entity('…') }}"
    try:
        node: ast.expr = ast.parse(code.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise refused(piece, text, allowed) from error
    grain: str | None = None
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.attr != "grain" or node.keywords or len(node.args) != 1:
            raise refused(piece, text, allowed)
        grain = _constant(node.args[0], piece, text)
        node = node.func.value
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
        raise refused(piece, text, allowed)
    call = node.func.id
    if (
        call not in TEMPLATE_CALLS
        or not 1 <= len(node.args) <= 2
        or (grain and call != "Dimension")
    ):
        raise refused(piece, text, allowed)
    name = _constant(node.args[0], piece, text)
    if len(node.args) == 2:
        if call != "TimeDimension":
            raise refused(piece, text, allowed)
        grain = _constant(node.args[1], piece, text)
    path: list[str] = []
    for keyword in node.keywords:
        if keyword.arg in ("time_granularity_name", "time_granularity", "grain") and not grain:
            grain = _constant(keyword.value, piece, text)
        elif keyword.arg == "entity_path" and isinstance(keyword.value, ast.List | ast.Tuple):
            path = [_constant(item, piece, text) for item in keyword.value.elts]
        else:
            raise refused(piece, text, allowed)
    full = "__".join([*path, name])
    return Reference(name=full, call=call, grain=grain.lower() if grain else None)


def _constant(node: ast.expr, piece: str, text: str) -> str:
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
        raise refused(piece, text, "its arguments must be texts in quotes")
    if not NAME.fullmatch(node.value):
        raise refused(node.value, text, "names are letters, digits and underscores")
    return node.value


def refused(piece: str, text: str, why: str) -> QueryInvalid:
    """An error for a piece of a filter."""
    return QueryInvalid(f"The filter `{text.strip()}` is not allowed: `{piece.strip()}`: {why}.")
