"""SQL that tools send around a `{{ … }}`: columns, filter, order and limit over its answer.

The statement is parsed, checked against an allow-list of nodes and written again; it runs in a database of its own that
holds the answer and nothing else. Aggregates are refused: the sum of a ratio has no meaning.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orchestration.core.errors import QueryInvalid
from semantic_layer.query_limits import QueryLimits, fetch

if TYPE_CHECKING:
    import pyarrow as pa
    from sqlglot import exp

ANSWER = "embudo_answer"
"""The table that stands for the `{{ … }}`."""

_ALLOWED = frozenset(
    {
        "Select", "From", "Table", "TableAlias", "Identifier", "Column", "Star", "Alias", "Literal", "Boolean",
        "Null", "Where", "Paren", "And", "Or", "Not", "EQ", "NEQ", "GT", "GTE", "LT", "LTE", "In", "Between",
        "Like", "ILike", "Is", "Neg", "Order", "Ordered", "Limit", "Offset", "Cast", "DataType", "Distinct",
        "Lower", "Upper", "Tuple", "Subquery",
    }
)  # fmt: skip
_TYPES = frozenset(
    {"DATE", "TIMESTAMP", "INT", "BIGINT", "DOUBLE", "DECIMAL", "VARCHAR", "TEXT", "BOOLEAN"}
)
_MAX_NODES = 2_000
_LIMITS = QueryLimits(seconds=20.0)


def apply_outer(table: pa.Table, *, before: str, after: str) -> pa.Table:
    """The answer as the SQL around it selects from it; raises `QueryInvalid` for what is not listed above."""
    if not before and not after:
        return table
    return run_select(table, rewritten(before, after))


def run_select(table: pa.Table, sql: str) -> pa.Table:
    """The answer of a statement that `checked` has written, over a table that it calls `ANSWER`."""
    import duckdb

    config: dict[str, str | bool | int | float | list[str]] = {
        "enable_external_access": "false",
        "autoload_known_extensions": "false",
        "autoinstall_known_extensions": "false",
        "threads": "1",
        "memory_limit": "512MB",
    }
    try:
        with duckdb.connect(config=config) as connection:
            connection.register(ANSWER, table)
            # Otherwise a table's name could be that of a variable of this process.
            connection.execute("set python_enable_replacements = false")
            connection.execute("set lock_configuration = true")
            return fetch(connection, sql, limits=_LIMITS)
    except duckdb.Error as error:
        message = " ".join(str(error).split("\nLINE ")[0].split()).replace(ANSWER, "{{ … }}")
        raise QueryInvalid(f"The SQL around `{{{{ … }}}}` cannot be run: {message}.") from error


def rewritten(before: str, after: str) -> str:
    """The statement with the answer's name in the place of the braces, written from its syntax tree."""
    import sqlglot
    from sqlglot.errors import SqlglotError

    try:
        statements = sqlglot.parse(f"{before} {ANSWER} {after}", dialect="duckdb")
    except (SqlglotError, RecursionError) as error:
        raise _refused("it cannot be read") from error
    if len(statements) != 1 or statements[0] is None:
        raise _refused("expected one statement")
    return checked(statements[0])


def checked(tree: exp.Expr) -> str:
    """A statement over `ANSWER` as text; raises `QueryInvalid` where it has anything that is not listed above."""
    for count, node in enumerate(tree.walk()):
        if count > _MAX_NODES:
            raise _refused("it is too long")
        _check(node)
    if type(tree).__name__ != "Select" or [t.name for t in tree.find_all(_table())] != [ANSWER]:
        raise _refused("expected `select … from {{ … }}`, and no other table")
    return str(tree.sql(dialect="duckdb", comments=False))


def _check(node: exp.Expr) -> None:
    kind = type(node).__name__
    if kind not in _ALLOWED:
        raise _refused(
            f"`{node.sql(dialect='duckdb')[:80]}` is not allowed; expected columns, a filter, an order and a limit"
        )
    if kind == "Table" and (node.args.get("db") or type(node.this).__name__ != "Identifier"):
        raise _refused("no other table can be read")
    if kind == "Subquery" and type(node.parent).__name__ != "From":
        raise _refused("a subquery may stand after `from` only")
    if kind in ("Limit", "Offset") and type(node.expression).__name__ != "Literal":
        raise _refused("`limit` and `offset` take a number")
    if kind == "DataType" and str(getattr(node.this, "value", node.this)).upper() not in _TYPES:
        raise _refused("expected a plain type in `cast`")
    if kind == "Select" and (node.args.get("with_") or node.args.get("with")):
        raise _refused("`with` is not allowed")


def _table() -> type[exp.Table]:
    from sqlglot import exp

    return exp.Table


def _refused(why: str) -> QueryInvalid:
    return QueryInvalid(f"The SQL around `{{{{ … }}}}` is not allowed: {why}.")
