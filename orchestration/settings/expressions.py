"""SQL expressions of `embudo.yml`: that each is one expression, and which columns it reads.

Subqueries, tables and several statements are refused, and all functions but those of `allowed_functions`, so that
a mapping reads its own file's row and nothing else. DuckDB's own parser decides, since DuckDB runs them: another
parser that reads a text differently would let through what it does not see. Running expressions belongs to
`mapping`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from orchestration.settings.allowed_functions import ALLOWED_CLASSES, ALLOWED_FUNCTIONS, CLOCK
from orchestration.settings.values import nearest

_CLASS_NAMES = {
    "DEFAULT": "`default`",
    "PARAMETER": "a parameter",
    "POSITIONAL_REFERENCE": "a column by its number",
    "STAR": "`*`",
    "SUBQUERY": "a subquery",
    "WINDOW": "a window function",
}
_AGGREGATES = frozenset(
    {
        *("any_value", "arg_max", "arg_min", "array_agg", "avg", "bool_and", "bool_or", "count"),
        *("count_star", "first", "group_concat", "grouping", "last", "list", "max", "mean"),
        *("median", "min", "mode", "quantile", "string_agg", "sum"),
    }
)
_TAKES_LAMBDA = frozenset(
    {
        "apply",
        "array_apply",
        "array_filter",
        "array_reduce",
        "array_transform",
        "filter",
        "list_apply",
        "list_filter",
        "list_reduce",
        "list_transform",
        "reduce",
    }
)
"""Functions of DuckDB in which `x -> …` is a function of x; anywhere else it takes a field out of JSON."""


class ExpressionInvalid(ValueError):
    """The text is not one expression over a row."""


@lru_cache(maxsize=2048)
def parse_expression(sql: str) -> tuple[str, ...]:
    """The names of the columns that an expression reads, in order, each once.

    Raises `ExpressionInvalid` where the text is no expression, more than one, or reads beyond its
    row.
    """
    import duckdb

    with duckdb.connect(config={"autoinstall_known_extensions": "false"}) as connection:
        row = connection.execute(
            "select json_serialize_sql(cast(? as varchar))", [f"select\n{sql}\n"]
        ).fetchone()
    assert row is not None
    parsed = json.loads(row[0])
    if parsed["error"]:
        raise ExpressionInvalid(
            str(parsed.get("error_message", "it does not parse")).split("\n")[0]
        )
    statements = parsed["statements"]
    if len(statements) != 1:
        raise ExpressionInvalid("more than one statement")
    node = statements[0]["node"]
    selected = node.get("select_list", [])
    is_plain = node["type"] == "SELECT_NODE" and not _has_clauses(node)
    if not is_plain or len(selected) != 1 or selected[0].get("alias"):
        raise ExpressionInvalid("more than one expression, or clauses after it")
    return tuple(dict.fromkeys(_columns(selected[0], frozenset())))


def _has_clauses(node: dict[str, Any]) -> bool:
    from_table = node.get("from_table") or {}
    return (
        from_table.get("type") != "EMPTY"
        or node.get("where_clause") is not None
        or bool(node.get("group_expressions"))
        or bool(node.get("modifiers"))
    )


def _columns(node: Any, bound: frozenset[str]) -> Iterator[str]:
    if isinstance(node, list):
        for item in node:
            yield from _columns(item, bound)
        return
    if not isinstance(node, dict):
        return
    kind = node.get("class")
    if kind is not None and kind not in ALLOWED_CLASSES:
        named = _CLASS_NAMES.get(kind, f"a {str(kind).lower().replace('_', ' ')}")
        raise ExpressionInvalid(f"{named} is not allowed here")
    if kind == "FUNCTION":
        name = str(node.get("function_name", "")).lower()
        _require_allowed(name, node)
        if name in _TAKES_LAMBDA:
            yield from _columns_of_list_function(node, bound)
            return
    if kind == "COLUMN_REF":
        name = node["column_names"][0]
        if name.lower() in CLOCK:
            raise ExpressionInvalid(f"{name} is not allowed: it reads the clock, not the row")
        if name not in bound:
            yield name
        return
    for value in node.values():
        yield from _columns(value, bound)


def _require_allowed(name: str, node: dict[str, Any]) -> None:
    """Raise `ExpressionInvalid` where a function may not be called, with the nearest that may."""
    if node.get("catalog") or node.get("schema") not in (None, "", "main"):
        raise ExpressionInvalid(f"{name}() stands behind a dot: write {name}(x), not x.{name}()")
    if name in ALLOWED_FUNCTIONS:
        return
    if name in _AGGREGATES:
        raise ExpressionInvalid(f"{name}() is an aggregate: each row stands for itself")
    raise ExpressionInvalid(
        f"{name}() is not allowed: a value follows from its row alone, so that the same file gives the same rows at "
        f"each reading{nearest(name, sorted(ALLOWED_FUNCTIONS))}"
    )


def _columns_of_list_function(node: dict[str, Any], bound: frozenset[str]) -> Iterator[str]:
    """The columns of a function over a list; names that its lambda binds are none."""
    for argument in node["children"]:
        if argument.get("class") == "LAMBDA":
            names = frozenset(_columns(argument.get("lhs"), frozenset()))
            yield from _columns(argument.get("expr"), bound | names)
        else:
            yield from _columns(argument, bound)
