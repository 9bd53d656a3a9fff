"""SQL around an answer: columns, filter, order and limit; no other table, no function, no file."""

from __future__ import annotations

import pyarrow as pa
import pytest

from orchestration.core.errors import QueryInvalid
from serving.outer_query import apply_outer, rewritten

TABLE = pa.table({"team": ["a", "b", "c"], "revenue": [1, 20, 300]})


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("", "", [("a", 1), ("b", 20), ("c", 300)]),
        ("select * from", "", [("a", 1), ("b", 20), ("c", 300)]),
        ("SELECT t.team, t.revenue AS r FROM", "AS t WHERE t.revenue > 1 ORDER BY r DESC LIMIT 1", [("c", 300)]),
        ("select team from", "where team in ('a', 'c') and not (revenue between 2 and 9) order by 1 desc",
         [("c",), ("a",)]),
        ("select * from (select * from", ") as q limit 1 offset 1", [("b", 20)]),
        ("select distinct upper(team) as team from", "where team like 'a%' or team is null", [("A",)]),
        ("select * from", "limit 0", []),
        ('select "team" from', "where cast(revenue as double) >= 300", [("c",)]),
    ],
)  # fmt: skip
def test_what_tools_send(before: str, after: str, expected: list[tuple[object, ...]]) -> None:
    answer = apply_outer(TABLE, before=before, after=after)
    assert [tuple(row.values()) for row in answer.to_pylist()] == expected


REFUSED = [
    ("select * from", ", read_csv('/etc/passwd')"),
    ("select * from", "join '/etc/passwd' on true"),
    ("select * from '/etc/passwd' union all select * from", ""),
    ("select * from", "union select * from duckdb_settings()"),
    ("select sum(revenue) from", ""),
    ("select count(*) from", ""),
    ("select team, sum(revenue) from", "group by 1"),
    ("select getenv('HOME') from", ""),
    ("select * from", "; drop table x"),
    ("select * from", "; select 1"),
    ("copy (select * from", ") to '/tmp/x.csv'"),
    ("create table x as select * from", ""),
    ("insert into x select * from", ""),
    ("install httpfs; select * from", ""),
    ("attach '/tmp/x.db'; select * from", ""),
    ("pragma database_list; select * from", ""),
    ("explain select * from", ""),
    ("with x as (select 1) select * from x,", ""),
    ("select (select 1) from", "as t where exists (select 1)"),
    ("select * from", "where team = (select current_setting('home_directory'))"),
    ("select * from", "limit (select 10)"),
    ("select * from", "offset revenue"),
    ("select * from", "where revenue > (select 1)"),
    ("select (select 1), * from", ""),
    ("select * from", "order by (select 1)"),
    ("select * from other,", ""),
    ("select * from information_schema.tables,", ""),
    ("select * exclude (team) from", "as t, TABLE"),
    ("select columns('.*') from", ""),
    ("select [x for x in [1]] from", ""),
    ("select team || team from", ""),
    ("select * from", "window w as ()"),
    ("select row_number() over () from", ""),
    ("select * from", "using sample 1"),
    ("select cast(team as blob) from", ""),
    ("select 1", ""),
    ("(((", ""),
    ("select * from", "where " + " and ".join(["team = 'a'"] * 1_000)),
    ("select * from", "where " + "(" * 5_000 + "1=1" + ")" * 5_000),
]


@pytest.mark.parametrize(("before", "after"), REFUSED, ids=range(len(REFUSED)))
def test_what_is_refused(before: str, after: str) -> None:
    with pytest.raises(QueryInvalid, match="The SQL around"):
        apply_outer(TABLE, before=before, after=after)


def test_columns_that_do_not_exist_are_named_without_the_inner_table() -> None:
    with pytest.raises(QueryInvalid, match="nothing") as refused:
        apply_outer(TABLE, before="select nothing from", after="")
    assert "embudo_answer" not in str(refused.value)


def test_variables_of_the_process_are_no_tables() -> None:
    embudo_other = TABLE  # noqa: F841 - a name that DuckDB could find
    with pytest.raises(QueryInvalid):
        apply_outer(TABLE, before="select * from embudo_other,", after="")


def test_comments_do_not_survive() -> None:
    assert "x" not in rewritten("select * /* x */ from", "-- x")
