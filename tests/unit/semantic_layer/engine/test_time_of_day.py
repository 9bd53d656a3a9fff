"""Which metrics have hours, and the names of hours."""

from __future__ import annotations

import json
from typing import Any

import duckdb
import pytest

from semantic_layer.engine.time_of_day import (
    Hours,
    queried_name,
    side_by_side,
    with_queried_names,
)

MODEL = {
    "name": "calls",
    "entities": [{"name": "call", "type": "primary"}, {"name": "rep", "type": "foreign"}],
    "dimensions": [
        {"name": "started_on", "config": {"meta": {"hour": "started_hour"}}},
        {"name": "returned_on", "config": None},
    ],
}


def _simple(name: str, time: str = "started_on", **aggregation: Any) -> dict[str, Any]:
    return {
        "name": name,
        "type": "simple",
        "type_params": {
            "metric_aggregation_params": {
                "semantic_model": "calls",
                "agg_time_dimension": time,
                **aggregation,
            }
        },
    }


def _of(name: str, kind: str, **params: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, "type_params": params}


LEADS = {
    "name": "leads",
    "entities": [{"name": "lead", "type": "primary"}],
    "dimensions": [{"name": "created_on", "config": {"meta": {"hour": "created_hour"}}}],
}

METRICS = [
    _simple("calls"),
    _simple("answered"),
    _simple("returned", "returned_on"),
    _simple("created", "created_on", semantic_model="leads"),
    _simple("open", non_additive_dimension={"name": "started_on"}),
    _of("rate", "ratio", numerator={"name": "answered"}, denominator={"name": "calls"}),
    _of("mixed", "ratio", numerator={"name": "returned"}, denominator={"name": "calls"}),
    _of("twice", "derived", metrics=[{"name": "rate"}, {"name": "calls"}]),
    _of("growth", "derived", metrics=[{"name": "calls", "offset_window": "1 month"}]),
    _of("total", "cumulative"),
    _of("became", "conversion"),
]


@pytest.fixture
def hours() -> Hours:
    return Hours.of(json.dumps({"semantic_models": [MODEL, LEADS], "metrics": METRICS}))


@pytest.mark.parametrize(
    ("metrics", "expected"),
    [
        (["calls"], {"call__started_hour": ("calls",)}),
        (["calls", "rate", "twice"], {"call__started_hour": ("calls", "rate", "twice")}),
        (
            ["calls", "created", "rate"],
            {"call__started_hour": ("calls", "rate"), "lead__created_hour": ("created",)},
        ),
        (["returned"], {}),
        (["open"], {}),
        (["mixed"], {}),
        (["growth"], {}),
        (["total"], {}),
        (["became"], {}),
        (["calls", "returned"], {}),
        ([], {}),
    ],
)
def test_the_hours_that_metrics_have(
    hours: Hours, metrics: list[str], expected: dict[str, tuple[str, ...]]
) -> None:
    assert hours.of_metrics(metrics) == expected


def test_queries_side_by_side_keep_rows_that_one_of_them_lacks() -> None:
    sql = side_by_side(
        ["select 9 as h, null as team, 1 as a", "select 10 as h, 'x' as team, 2 as b"],
        groups=["h", "team"],
        metrics=["a", "b"],
        order=["-h"],
    )
    assert duckdb.sql(sql).fetchall() == [(10, "x", None, 2), (9, None, 1, None)]


def test_starts_of_hours_are_known_on_any_way_to_them(hours: Hours) -> None:
    assert hours.is_start("call__started_hour")
    assert hours.is_start("contact__call__started_hour")
    assert not hours.is_start("call__hour_of_day")


def test_names() -> None:
    assert queried_name("call__hour_of_day") == "call__hour"
    assert queried_name("contact__lead__hour_of_day") == "contact__lead__hour"
    assert queried_name("call__half_hour") == "call__half_hour"
    sql = "SELECT hour_of_day AS call__hour_of_day FROM t GROUP BY call__hour_of_day"
    assert with_queried_names(sql, {"call__hour_of_day": "call__hour"}) == (
        "SELECT hour_of_day AS call__hour FROM t GROUP BY call__hour"
    )
