"""The query text of dbt's clients: `{{ semantic_layer.query(…) }}`, alone or inside a SELECT.

It is read as a syntax tree with an allow-list and never evaluated: nothing but constants, lists of them and the calls
named here has a meaning. Answering belongs to `statements`.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from orchestration.core.errors import QueryInvalid
from serving.dbt_names import group_by_name, order_name

MAX_TEXT = 64 * 1024
"""Characters."""

FUNCTIONS: Mapping[str, Collection[str]] = {
    "query": (
        "metrics", "group_by", "grain", "where", "order_by", "limit", "saved_query", "read_cache", "compile",
    ),
    "dimension_values": ("group_by", "metrics", "where", "limit"),
    "metrics": ("search",),
    "dimensions": ("metrics", "search"),
    "entities": ("metrics", "search"),
    "queryable_granularities": ("metrics",),
    "metrics_for_dimensions": ("group_by",),
    "saved_queries": ("search",),
}  # fmt: skip
"""Functions of `semantic_layer`, and what each takes."""

_CALLS = ("Dimension", "TimeDimension", "Entity", "Metric")
_EXAMPLE = '{{ semantic_layer.query(metrics=["revenue"], group_by=["metric_time__month"]) }}'


@dataclass(frozen=True, kw_only=True)
class Item:
    """A name in a list, with what a call around it adds."""

    name: str
    grain: str | None = None
    descending: bool = False

    @property
    def group_by(self) -> str:
        """As a query groups by it."""
        return group_by_name(self.name, self.grain)

    @property
    def order(self) -> str:
        """As a query sorts by it."""
        bare = self.name.removeprefix("-")
        down = self.descending or bare != self.name
        return order_name(bare, grain=self.grain, descending=down)


@dataclass(frozen=True, kw_only=True)
class SemanticCall:
    """One call of a function of `semantic_layer`, and the SQL around it."""

    function: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    before: str = ""
    after: str = ""

    def items(self, name: str) -> tuple[Item, ...]:
        """A list of names; one text is a list of one."""
        value = self.arguments.get(name)
        values = () if value is None else value if isinstance(value, list) else [value]
        items = [Item(name=value) if isinstance(value, str) else value for value in values]
        if not all(isinstance(item, Item) for item in items):
            raise _refused(f"`{name}` must be a list of names")
        return tuple(items)

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts; one text is a list of one."""
        value = self.arguments.get(name)
        values = () if value is None else value if isinstance(value, list) else [value]
        if not all(isinstance(text, str) for text in values):
            raise _refused(f"`{name}` must be a text or a list of texts")
        return tuple(values)

    def number(self, name: str) -> int | None:
        """A whole number."""
        value = self.arguments.get(name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
            raise _refused(f"`{name}` must be a whole number")
        return value

    def flag(self, name: str) -> bool:
        """True or False; False where it is not passed."""
        value = self.arguments.get(name, False)
        if not isinstance(value, bool):
            raise _refused(f"`{name}` must be True or False")
        return value

    def one(self, name: str) -> str | None:
        """A single text."""
        texts = self.texts(name)
        if len(texts) > 1:
            raise _refused(f"`{name}` takes one text")
        return texts[0] if texts else None


def read_query_text(text: str) -> SemanticCall:
    """The call in a query text; raises `QueryInvalid` for anything that is not listed above."""
    if len(text) > MAX_TEXT:
        raise _refused(f"it is longer than {MAX_TEXT:,} characters")
    before, code, after = _split(text)
    try:
        node: ast.expr = ast.parse(code.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise _refused(f"`{code.strip()[:80]}` is no call") from error
    return replace(_call(node), before=before.strip(), after=after.strip().rstrip(";").strip())


def _split(text: str) -> tuple[str, str, str]:
    """What stands before, in and after the braces; braces in texts do not count."""
    start = text.find("{{")
    if start < 0 or "{%" in text[:start] or "{#" in text[:start]:
        raise _refused("it has no `{{ … }}`")
    position, quote = start + 2, ""
    while position < len(text):
        sign = text[position]
        if quote:
            if sign == "\\":
                position += 1
            elif sign == quote:
                quote = ""
        elif sign in "'\"":
            quote = sign
        elif text.startswith("}}", position):
            after = text[position + 2 :]
            if any(mark in after for mark in ("{{", "{%", "{#")):
                raise _refused("it has more than one `{{ … }}`")
            return text[:start], text[start + 2 : position], after
        position += 1
    raise _refused("its `{{` is not closed")


def _call(node: ast.expr) -> SemanticCall:
    if not (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "semantic_layer"
    ):
        raise _refused("expected a call of `semantic_layer`")
    function = node.func.attr
    known = FUNCTIONS.get(function)
    if known is None:
        raise _refused(
            f"there is no function `{function[:40]}`; expected one of {', '.join(FUNCTIONS)}"
        )
    arguments: dict[str, Any] = {}
    if node.args:
        raise _refused("arguments are passed by name")
    for keyword in node.keywords:
        if keyword.arg is None or keyword.arg not in known:
            raise _refused(
                f"`{function}` takes {', '.join(known)}; found `{str(keyword.arg)[:40]}`"
            )
        if keyword.arg in arguments:
            raise _refused(f"`{keyword.arg}` is passed twice")
        arguments[keyword.arg] = _value(keyword.value)
    return SemanticCall(function=function, arguments=arguments)


def _value(node: ast.expr) -> Any:
    if isinstance(node, ast.List | ast.Tuple):
        return [_element(item) for item in node.elts]
    return _element(node)


def _element(node: ast.expr) -> Any:
    if isinstance(node, ast.Constant) and (node.value is None or isinstance(node.value, str | int)):
        return _text(node.value) if isinstance(node.value, str) else node.value
    if isinstance(node, ast.Call):
        return _item(node)
    raise _refused("values are texts, whole numbers, True, False, and lists of those and of calls")


def _item(node: ast.Call) -> Item:
    """`Dimension("x").grain("month").descending(True)` and the like."""
    if node.keywords:
        raise _refused("calls in lists take no names of arguments")
    if isinstance(node.func, ast.Attribute):
        if not isinstance(node.func.value, ast.Call) or len(node.args) != 1:
            raise _refused("a call in a list may be followed by `.grain(…)` and `.descending(…)`")
        item, value = _item(node.func.value), _element(node.args[0])
        if node.func.attr == "descending" and isinstance(value, bool):
            return replace(item, descending=value)
        if node.func.attr == "grain" and isinstance(value, str):
            return replace(item, grain=value)
        raise _refused("a call in a list may be followed by `.grain('…')` and `.descending(True)`")
    if not isinstance(node.func, ast.Name) or node.func.id not in _CALLS:
        raise _refused(f"calls in lists are {', '.join(_CALLS)}")
    values = [_element(argument) for argument in node.args]
    most = 2 if node.func.id == "TimeDimension" else 1
    if not 1 <= len(values) <= most or not all(isinstance(value, str) for value in values):
        raise _refused(f"`{node.func.id}` takes {most} text{'s' if most > 1 else ''}")
    return Item(name=values[0], grain=values[1] if len(values) > 1 else None)


def _text(text: str) -> str:
    """A text as its client meant it: JSON writes a character beyond the 16-bit range as two halves."""
    try:
        return text.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError as error:
        raise _refused("a text has half a character") from error


def _refused(why: str) -> QueryInvalid:
    return QueryInvalid(f"The query text cannot be read: {why}. Example: {_EXAMPLE}")
