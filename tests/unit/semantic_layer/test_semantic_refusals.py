"""What a query may not say, and what it is told (fault 22: hostile input)."""

from __future__ import annotations

import pytest

from orchestration.core.errors import QueryInvalid
from semantic_layer.layer import SemanticLayer
from semantic_layer.request import QueryRequest


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
    ("options", "says"),
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
        ({"metrics": "revenue", "grain": "decade"}, ["`decade`", "quarter"]),
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
    layer: SemanticLayer, options: dict[str, str], says: list[str]
) -> None:
    with pytest.raises(QueryInvalid) as refused:
        layer.query(QueryRequest.from_text(**options))  # type: ignore[arg-type]
    for words in says:
        assert words in str(refused.value)
