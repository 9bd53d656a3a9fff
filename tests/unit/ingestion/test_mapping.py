"""The mapping of embudo.yml over a file's columns: value maps, SQL, hostile text."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from tests.unit.ingestion.factories import Company


def landed(
    company: Company, stream: str, column: str, cells: list[str], spec: Any, **form: Any
) -> list[Any]:
    """What the cells of a file become in a column of a stream, or "quarantined"."""
    columns = {
        "products": {"product_id": "id", "name": {"value": "x"}},
        "tasks": {"task_id": "id", "due_at": {"value": "2026-01-01"}},
        "users": {"user_id": "id", "full_name": {"value": "x"}},
        "calls": {
            "call_id": "id",
            "direction": {"value": "inbound"},
            "disposition": {"value": "answered"},
            "started_at": {"value": "2026-01-01"},
        },
    }[stream]
    lines = "".join(f"{index}\t{cell}\n" for index, cell in enumerate(cells))
    company.drop("v.csv", f"id\tv\n{lines}")
    zone = form.pop("time_zone", "UTC")
    company.map(
        stream,
        {"files": "v.csv", "columns": {**columns, column: spec}},
        format={"delimiter": "tab", "quote": "", **form},
        time_zone=zone,
    )
    company.land()
    key = next(iter(columns))
    actual = dict(company.rows(f"select cast({key} as integer), {column} from landing.{stream}"))
    return [actual.get(index, "quarantined") for index in range(len(cells))]


COLUMNS = {
    "order_id": "id",
    "account_id": "acc",
    "ordered_at": "day",
    "status": "status",
    "channel": "note",
}


def test_value_maps(company: Company) -> None:
    spec = {"column": "v", "map": {"A": "one", "B": None, "007": "bond"}, "otherwise": "other"}
    assert landed(company, "products", "category", ["A", "B", "007", "7", ""], spec) == [
        "one",
        None,
        "bond",
        "other",
        None,
    ]
    kept = {"column": "v", "map": {"A": "one", "": "empty"}}
    assert landed(company, "products", "category", ["A", "B", ""], kept) == ["one", "B", "empty"]


def test_sql_sees_text_and_may_give_types(company: Company) -> None:
    spec = {"sql": "try_cast(replace(v, 'k', '') as integer) * 1000"}
    assert landed(company, "products", "unit_price", ["3k", "x"], spec, decimal=",") == [
        Decimal(3000),
        None,
    ]
    naive = {"sql": "strptime(v, '%Y') + interval 12 hour"}
    assert landed(company, "tasks", "created_at", ["2026"], naive, time_zone="Europe/Madrid") == [
        dt.datetime(2026, 1, 1, 11)
    ]


def test_hostile_text_is_text(company: Company) -> None:
    cells = [
        "'; drop table staged; --",
        "{{ config() }}",
        "=cmd()",
        "\u202eabc",
        "😀",
        '"quoted"',
        "a{0}b",
    ]
    assert landed(company, "products", "category", cells, "v") == cells


def test_hostile_names_of_columns_and_files(company: Company) -> None:
    company.drop('it\'s {0} "x".csv', 'id,"na""me; drop","{x}"\n1,Ana,y\n')
    company.map(
        "products", {"files": "*.csv", "columns": {"product_id": "id", "name": 'na"me; drop'}}
    )
    company.land()
    assert company.rows("select name, _file, _extra from landing.products") == [
        ("Ana", 'it\'s {0} "x".csv', '{"{x}":"y"}')
    ]


def test_sql_that_fails_rejects_the_file_with_advice(company: Company) -> None:
    company.drop("v.csv", "id,name\n1,x\n")
    company.map(
        "products",
        {
            "files": "*.csv",
            "columns": {
                "product_id": "id",
                "name": "name",
                "unit_price": {"sql": "cast(name as int)"},
            },
        },
    )
    [aside] = company.land().rejected_files
    assert "try_cast" in aside.reason


def test_missing_column_rejects_the_file_with_the_nearest_name(company: Company) -> None:
    company.drop("a.csv", "id,acct,day,status,note\n1,a,2026-01-01,completed,x\n")
    company.drop("b.csv", "id,acc,day,status,note\n2,a,2026-01-01,completed,x\n")
    company.map("orders", {"files": "*.csv", "columns": COLUMNS})
    result = company.land()
    [aside] = result.rejected_files
    assert aside.file == "a.csv"
    assert "'acc' (nearest: 'acct')" in aside.reason
    assert company.rows("select order_id from landing.orders") == [("2",)]
    assert company.land() == type(result)(loads=())


@pytest.mark.parametrize(
    "sql",
    [
        "epoch_ms(cast(t as bigint))",
        "make_timestamp(cast(t as bigint) * 1000)",
        "make_timestamp_ms(cast(t as bigint))",
        "to_timestamp(cast(t as bigint) / 1000)",
        "timestamp '1970-01-01' + to_milliseconds(cast(t as bigint))",
        "timezone('UTC', epoch_ms(cast(t as bigint)))",
    ],
)
def test_times_that_count_from_1970_are_of_utc_whatever_the_zone(
    company: Company, sql: str
) -> None:
    company.map(
        "tasks",
        {"files": "*.csv", "columns": {"task_id": "id", "due_at": {"sql": sql}}},
        time_zone="America/New_York",
    )
    company.drop("a.csv", "id,t\n1,1709600000000\n")
    company.land()
    assert company.rows("select due_at from landing.tasks") == [
        (dt.datetime(2024, 3, 5, 0, 53, 20),)
    ]
