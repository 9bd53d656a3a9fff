"""SQL expressions of mappings: which columns they read, and what they may not do."""

from __future__ import annotations

import pytest

from orchestration.settings.expressions import ExpressionInvalid, parse_expression


@pytest.mark.parametrize(
    ("sql", "columns"),
    [
        ("\"Etapa\" <> 'Prueba'", ("Etapa",)),
        ("coalesce(a, b) || a", ("a", "b")),
        ("case when x = 1 then y end -- a comment", ("x", "y")),
        ("list_transform(string_split(a, ','), part -> trim(part) || b)", ("a", "b")),
        ("list_reduce(a, (x, y) -> x + y + b)", ("a", "b")),
        ("list_transform(a, lambda x: x -> b)", ("a", "b")),
        ("[x * b for x in a if x > 1]", ("a", "b")),
        ("properties -> 'amount'", ("properties",)),
        ("upper(properties -> '$.owner' ->> 'name')", ("properties",)),
        ("'constant'", ()),
        ("try_cast(replace(v, 'k', '') as integer) * 1000", ("v",)),
    ],
)
def test_columns(sql: str, columns: tuple[str, ...]) -> None:
    assert parse_expression(sql) == columns


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("a; select b", "more than one statement"),
        ("a; drop table staged", "Only SELECT statements"),
        ("a, b", "more than one expression"),
        ("a from t", "clauses after it"),
        ("a where b", "clauses after it"),
        ("a as b", "more than one expression"),
        ("(select 1)", "a subquery"),
        ("row_number() over ()", "a window function"),
        ("sum(a)", "is an aggregate"),
        ("now()", "reads more than the row"),
        ("getenv('HOME')", "reads more than the row"),
        ("a +", "syntax error"),
    ],
)
def test_refused(sql: str, reason: str) -> None:
    with pytest.raises(ExpressionInvalid, match=reason):
        parse_expression(sql)
