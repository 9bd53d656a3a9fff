"""Filters: what they select, and what they must refuse (fault 22: hostile input)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from orchestration.core.errors import QueryInvalid
from semantic_layer.layer import SemanticLayer
from semantic_layer.request import QueryRequest


def rows(layer: SemanticLayer, metrics: str, **options: Any) -> list[tuple[Any, ...]]:
    table = layer.query(QueryRequest.from_text(metrics, **options)).table
    return [tuple(row.values()) for row in table.to_pylist()]


def test_filters_by_plain_names_and_by_templates_agree(layer: SemanticLayer) -> None:
    plain = "rep__region = 'Norte' and metric_time >= '2026-01-01'"
    template = (
        "{{ Dimension('rep__region') }} = 'Norte' "
        "and {{ TimeDimension('metric_time', 'DAY') }} >= '2026-01-01'"
    )
    assert rows(layer, "revenue", where=plain) == [(Decimal("310.25"),)]
    assert rows(layer, "revenue", where=template) == [(Decimal("310.25"),)]
    assert rows(layer, "revenue", where=["rep__region = 'Norte'", "rep = 'r1'"]) == [
        (Decimal("160.15"),)
    ]


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("metric_time between '2026-01-01' and '2026-01-31'", "310.25"),
        ("metric_time__month = '2026-01-01'", "310.25"),
        ("metric_time < date '2026-01-01' + interval 1 month", "660.40"),
        ("date_trunc('year', metric_time) = '2025-01-01'", "350.15"),
        ("year(metric_time) = 2025 and month(metric_time) = 12", "200.00"),
        ("rep__name like 'B%' or rep__name ilike 'an%'", "360.15"),
        ("order_line__channel in ('web', 'fax') and not order_line__is_cancelled", "450.40"),
        ("order_line__channel not in ('web')", "250.00"),
        ("rep is null", "40.00"),
        ("rep__team is not null", "660.40"),
        ("lower(rep__team) = 'alfa'", "360.15"),
        ("coalesce(rep__team, 'none') = 'none'", "40.00"),
        ("rep__hired_on > '2021-06-30'", "300.25"),
        (
            "(rep__team = 'Alfa' or rep__region = 'Norte') and order_line__channel = 'shop'",
            "210.00",
        ),
        ("REP__TEAM = 'Alfa'", "360.15"),
        ("rep__team = '{{ 7 * 7 }}'", "300.25"),
        ("{{ Dimension('metric_time').grain('month') }} = '2026-02-01'", "40.00"),
        ("{{ Entity('rep') }} = 'r2'", "200.00"),
    ],
)
def test_filters(layer: SemanticLayer, where: str, expected: str) -> None:
    assert rows(layer, "revenue", where=where) == [(Decimal(expected),)]


def test_time_filters_do_not_cut_what_comes_before(layer: SemanticLayer) -> None:
    """A running total or a growth rate of January still knows December."""
    answer = rows(
        layer,
        "revenue_mom_growth,revenue_year_to_date",
        grain="month",
        where="metric_time >= '2026-01-01' and metric_time < '2026-03-01'",
    )
    assert answer == [
        (date(2026, 1, 1), pytest.approx(310.25 / 200 - 1), Decimal("310.25")),
        (date(2026, 2, 1), pytest.approx(40 / 310.25 - 1), Decimal("350.25")),
    ]


@pytest.mark.parametrize(
    ("where", "piece"),
    [
        ("rep__region = (select 1)", "SELECT 1"),
        ("rep in (select rep_version_key from core.dim_reps)", "SELECT rep_version_key"),
        ("exists (select 1)", "EXISTS"),
        ("read_csv('/etc/passwd') = 1", "READ_CSV"),
        ("getenv('HOME') = 'x'", "GETENV"),
        ("rep__team = 'a'; drop table core.dim_reps", "drop"),
        ("rep__team = 'a' union select 1", "union"),
        ("1 = 1 group by 1", "group"),
        ("{{ env_var('HOME') }} = 1", "env_var"),
        ("{{ Metric('revenue', ['rep']) }} > 1", "Metric"),
        ("{{ Dimension('rep__team').__class__ }} = 1", "__class__"),
        ("{{ Dimension(lower('x')) }} = 1", "lower"),
        ("{{ Dimension('rep__team') | upper }} = 'X'", "upper"),
        ("{{ Dimension('x\\') or 1=1') }} = 1", "x"),
        ("{% if true %} 1 = 1 {% endif %}", "{%"),
        ("1 = 1 {# note #}", "{#"),
        ("rep__team = $$ {{ 1 }} $$", "{{ 1 }}"),
        ("rep__team = 'x' -- {{ 1 }}", "{{ 1 }}"),
        ("rep__team = ?", "?"),
        ("rep__team = $1", "$1"),
        ("core.dim_reps.team = 'x'", "core.dim_reps.team"),
        ("rep__team = current_user", "CURRENT_USER"),
        ("metric_time = current_date", "CURRENT_DATE"),
        ("case when true then true end", "CASE"),
        ("cast(rep__team as blob) = 'x'", "BLOB"),
        ("rep__team collate nocase = 'x'", "COLLATE"),
        ("[1, 2][1] = 1", "[1, 2]"),
        ("rep__team = any(['x'])", "ANY"),
        ("sum(1) > 1", "SUM"),
        ("count(*) over () > 1", "OVER"),
        ('rep__team = "Alfa"', "single quotes"),
        ("metric_time > 2026-01-01", "a day stands in quotes"),
        ("2026 = metric_time", "a day stands in quotes"),
        ("((1 = 1)", "cannot be read"),
    ],
)
def test_filters_that_are_refused(layer: SemanticLayer, where: str, piece: str) -> None:
    with pytest.raises(QueryInvalid) as refused:
        layer.explain(QueryRequest.from_text("revenue", where=where))
    assert piece in str(refused.value)
    assert where.strip() in str(refused.value)


def test_deep_and_long_filters_are_refused(layer: SemanticLayer) -> None:
    for where in (
        "(" * 300 + "1 = 1" + ")" * 300,
        "not " * 3000 + "true",
        "1=1 or " * 4000 + "1=1",
    ):
        with pytest.raises(QueryInvalid):
            layer.explain(QueryRequest.from_text("revenue", where=where))


def test_texts_never_become_templates(layer: SemanticLayer) -> None:
    for text in ("{{ 7 * 7 }}", "{% raw %}", "{# x #}", "{{{{", "%}}}#}", "'; drop table x; --"):
        quoted = text.replace("'", "''")
        where = f"rep__team = '{quoted}' or rep__name = '=cmd()'"
        answer = layer.query(QueryRequest.from_text("orders", where=where))
        assert answer.table.to_pylist() == [{"orders": 1}], text


@pytest.mark.parametrize(
    ("where", "months"),
    [
        ("metric_time = '2026-01-01'", [1]),
        ("metric_time = date '2026-01-01'", [1]),
        ("'2026-01-01' = metric_time", [1]),
        ("metric_time = '2026-01'", [1]),
        ("metric_time <> '2026-01'", [11, 12, 2]),
        ("metric_time > '2026-01-01'", [2]),
        ("'2026-01' < metric_time", [2]),
        ("metric_time >= '2026-01'", [1, 2]),
        ("metric_time < '2026-01'", [11, 12]),
        ("metric_time <= '2026-01-01'", [11, 12, 1]),
        ("metric_time between '2025-12-01' and '2026-01-01'", [12, 1]),
        ("metric_time between '2025-12' and '2026-01-31'", [12, 1]),
        ("metric_time not between '2025-12' and '2026-01'", [11, 2]),
        ("metric_time in ('2025-12-01', '2026-02')", [12, 2]),
        ("metric_time not in ('2025-12-01', '2026-02')", [11, 1]),
        ("metric_time = '2026-Q1'", [1, 2]),
        ("metric_time = '2025'", [11, 12]),
        ("{{ TimeDimension('metric_time', 'MONTH') }} = '2026-01'", [1]),
    ],
)
def test_a_day_that_begins_a_month_names_the_month_by_month(
    layer: SemanticLayer, where: str, months: list[int]
) -> None:
    """And a text such as 2026-01 names its period under any grain."""
    actual = rows(layer, "revenue", grain="month", where=where)
    everything = dict(rows(layer, "revenue", grain="month"))
    assert [month.month for month, _ in actual] == months
    assert all(everything[month] == value for month, value in actual), "whole months"


def test_a_period_in_a_filter_without_a_grain(layer: SemanticLayer) -> None:
    assert rows(layer, "revenue", where="metric_time = '2026-01'") == [(Decimal("310.25"),)]
    assert rows(layer, "revenue", where="metric_time = '2026-01-01'") == rows(
        layer, "revenue", where="metric_time between '2026-01-01' and '2026-01-01'"
    )


def test_any_other_day_is_that_day_under_a_grain(layer: SemanticLayer) -> None:
    """A day within a month cuts the month, as it always did."""
    days = rows(layer, "revenue", grain="day")
    day, value = next((day, value) for day, value in days if day.day != 1)
    actual = rows(layer, "revenue", grain="month", where=f"metric_time = '{day}'")
    assert actual == [(day.replace(day=1), value)]


def test_a_list_of_periods_names_what_is_none(layer: SemanticLayer) -> None:
    with pytest.raises(QueryInvalid, match="neither a day nor a period"):
        rows(layer, "revenue", grain="month", where="metric_time in ('2026-01', 'soon')")


@pytest.mark.parametrize(
    ("where", "why"),
    [
        ("metric_time >= '2026-01-01 08:00'", "time of day"),
        ("metric_time < timestamp '2026-01-01 08:00:00'", "time of day"),
        ("metric_time in ('2026-01-01 08:00')", "time of day"),
        ("metric_time = 'yesterday'", "neither a day nor a period"),
        ("rep__hired_on = date '2026-02-30'", "neither a day nor a period"),
    ],
)
def test_a_time_is_compared_with_days_and_periods_alone(
    layer: SemanticLayer, where: str, why: str
) -> None:
    """A text that the database would cut to a day, or not read, selects other rows than it says."""
    with pytest.raises(QueryInvalid, match=why):
        layer.explain(QueryRequest.from_text("revenue", where=where))


def test_midnight_is_its_day(layer: SemanticLayer) -> None:
    for where in (
        "metric_time >= timestamp '2026-01-01 00:00:00'",
        "metric_time > '2025-12-31T00:00'",
    ):
        assert rows(layer, "revenue", where=where) == rows(
            layer, "revenue", where="metric_time >= '2026-01-01'"
        )
