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
        ("string_agg(a)", "is an aggregate"),
        ("now()", "follows from its row alone"),
        ("getenv('HOME')", "follows from its row alone"),
        ("uuidv7()", "follows from its row alone"),
        ("age(a)", "follows from its row alone"),
        ("get_current_time()", "follows from its row alone"),
        ("current_setting('x')", "follows from its row alone"),
        ("getvariable('x')", "follows from its row alone"),
        ("txid_current()", "follows from its row alone"),
        ("unnest(a)", "follows from its row alone"),
        ("approx_quantile(a, 1)", "follows from its row alone"),
        ("upper(list_transform(a, lambda x: random() || x))", r"random\(\) is not allowed"),
        ("case when a then nextval('s') end", r"nextval\(\) is not allowed"),
        ("a.upper()", r"write upper\(x\), not x.upper\(\)"),
        ("system.main.now()", "stands behind a dot"),
        ("regexp_extrat(a, 'b')", "did you mean 'regexp_extract'"),
        ("current_date", "it reads the clock"),
        ("a > localtimestamp", "it reads the clock"),
        ("#1", "a column by its number"),
        ("a = any(b)", "a subquery"),
        ("a +", "syntax error"),
    ],
)
def test_refused(sql: str, reason: str) -> None:
    with pytest.raises(ExpressionInvalid, match=reason):
        parse_expression(sql)
