"""Errors for names that do not exist or do not fit."""

from __future__ import annotations

import pytest

from orchestration.core.errors import QueryInvalid
from semantic_layer.layer import SemanticLayer
from semantic_layer.request import QueryRequest


@pytest.mark.parametrize(
    ("options", "messages"),
    [
        ({"metrics": "revenu"}, ["There is no metric `revenu`", "Nearest: revenue", "all 10"]),
        ({"metrics": "revenue", "by": "rep__tem"}, ["no dimension `rep__tem`", "rep__team"]),
        (
            {"metrics": "revenue", "by": "deal__stage"},
            ["`revenue` does not have the dimension `deal__stage`", "order_line__channel"],
        ),
        (
            {"metrics": "revenue,win_rate", "by": "order_line__channel"},
            ["`win_rate` does not have the dimension", "rep__team"],
        ),
        ({"metrics": "revenue", "where": "rep__teams = 'x'"}, ["no dimension `rep__teams`"]),
        ({"metrics": "revenue", "where": "revenue > 1"}, ["`revenue` is a metric"]),
        ({"metrics": "revenue", "by": "metric_time__decade"}, ["`decade`", "day, week, month"]),
        ({"metrics": "revenue", "grain": "decade"}, ["`decade`", "hour, day", "quarter"]),
        (
            {"metrics": "revenue", "grain": "hour"},
            ["no grain `hour` for `revenue`", "Calls, activities", "Allowed: day, week"],
        ),
        ({"metrics": "revenue", "by": "metric_time__day", "grain": "week"}, ["keep one"]),
        ({"metrics": "revenue", "order": "-orders"}, ["Cannot order by `-orders`", "revenue"]),
        ({"metrics": "revenue_mom_growth"}, ["--grain month"]),
        ({"metrics": ""}, ["names no metric"]),
        ({"metrics": "revenue", "limit": -1}, ["`limit` is -1"]),
        ({"metrics": "revenue", "where": "metric_time > '2026-02-31'"}, ["2026-02-31"]),
        ({"metrics": "revenue", "where": "{{ Entity('rep__team') }} = 'x'"}, ["{{ Dimension("]),
        ({"metrics": "revenue", "where": "1 = 1 or '" + "x" * 20_001 + "' = ''"}, ["longer"]),
    ],
)
def test_names_that_do_not_fit(
    layer: SemanticLayer, options: dict[str, str], messages: list[str]
) -> None:
    with pytest.raises(QueryInvalid) as refused:
        layer.query(QueryRequest.from_text(**options))  # type: ignore[arg-type]
    for words in messages:
        assert words in str(refused.value)
