"""Query texts are read as syntax: what dbt's clients write has a meaning, and nothing else."""

from __future__ import annotations

import pytest

from orchestration.core.errors import QueryInvalid
from serving.flight.query_text import MAX_TEXT, read_query_text


def test_what_the_python_client_writes() -> None:
    text = (
        '{{ semantic_layer.query(group_by=["rep__team",TimeDimension("metric_time", "MONTH"),'
        'Dimension("rep__hired_on").grain("year")],limit=3,metrics=["revenue"],'
        'order_by=[Metric("revenue").descending(True),Dimension("metric_time").grain("month")],read_cache=True,'
        "where=[\"{{ Dimension('rep__team') }} = 'a }} b'\"]) }}"
    )
    call = read_query_text(text)
    assert (call.function, call.before, call.after) == ("query", "", "")
    assert [item.group_by for item in call.items("group_by")] == [
        "rep__team", "metric_time__month", "rep__hired_on__year",
    ]  # fmt: skip
    assert [item.order for item in call.items("order_by")] == ["-revenue", "metric_time__month"]
    assert call.texts("where") == ("{{ Dimension('rep__team') }} = 'a }} b'",)
    assert (call.number("limit"), call.flag("read_cache"), call.flag("compile")) == (3, True, False)


def test_the_sql_around_it() -> None:
    call = read_query_text("select name from {{ semantic_layer.metrics() }} where name = 'x' ; ")
    assert (call.function, call.before, call.after) == (
        "metrics",
        "select name from",
        "where name = 'x'",
    )


def test_texts_keep_every_character() -> None:
    r"""JSON writes an emoji as two escapes, `\ud83d\ude00`."""
    call = read_query_text(
        '{{ semantic_layer.query(metrics=["a"], where=["x = \'\\ud83d\\ude00 ñ \\" \'"]) }}'
    )
    assert call.texts("where") == ("x = '😀 ñ \" '",)


@pytest.mark.parametrize(
    ("order", "column"),
    [('"revenue"', "revenue"), ('"-revenue"', "-revenue"), ('Metric("revenue").descending(False)', "revenue"),
     ('TimeDimension("metric_time", "DAY").descending(True)', "-metric_time__day")],
)  # fmt: skip
def test_orders(order: str, column: str) -> None:
    (item,) = read_query_text(f"{{{{ semantic_layer.query(order_by=[{order}]) }}}}").items(
        "order_by"
    )
    assert item.order == column


REFUSED = [
    "", "select 1", "{{", "{{ }}", "{{ 1 }}", "{{ semantic_layer }}", "{{ semantic_layer.query }}",
    "{{ semantic_layer.drop() }}", "{{ semantic_layer.query(1) }}", "{{ semantic_layer.query(**{}) }}",
    "{{ semantic_layer.query(metrics=__import__('os').system('id')) }}", "{{ __import__('os') }}",
    "{{ semantic_layer.query.__globals__ }}", "{{ semantic_layer.__class__() }}", "{{ x.query() }}",
    "{{ semantic_layer.query(metrics=[x for x in 'ab']) }}", "{{ semantic_layer.query(metrics=['a' + 'b']) }}",
    "{{ semantic_layer.query(metrics=[f'{1}']) }}", "{{ semantic_layer.query(metrics=lambda: 1) }}",
    "{{ semantic_layer.query(metrics={'a': 1}) }}", "{{ semantic_layer.query(metrics=[Dimension('a', 'b')]) }}",
    "{{ semantic_layer.query(metrics=[Dimension(1)]) }}", "{{ semantic_layer.query(metrics=[Dimension(x='a')]) }}",
    "{{ semantic_layer.query(metrics=[open('/etc/passwd')]) }}",
    "{{ semantic_layer.query(metrics=[Dimension('a').delete(True)]) }}",
    "{{ semantic_layer.query(metrics=[Dimension('a').grain(1)]) }}",
    "{{ semantic_layer.query(metrics=[['a']]) }}", "{{ semantic_layer.query(metrics=[1.5]) }}",
    "{{ semantic_layer.query(metrics=[b'a']) }}", "{{ semantic_layer.query(sql='drop table x') }}",
    "{{ semantic_layer.metrics() }} {{ semantic_layer.metrics() }}", "{% for x in y %}{{ semantic_layer.metrics() }}",
    "{{ semantic_layer.metrics() }} {% raw %}", "{# x #}{{ semantic_layer.metrics() }}",
    "{{ semantic_layer.query(metrics=['\\ud83d']) }}", "{{ " + "(" * 500 + " }}", "{{ " + "-" * 50_000 + "1 }}",
    "{{ semantic_layer.metrics() if True else 1 }}", "{{ semantic_layer.metrics() | upper }}",
    "{{ (y := semantic_layer.metrics()) }}", "{{ semantic_layer.query(metrics=['a'], metrics=['b']) }}",
    "{{ semantic_layer.metrics(search='x'*10) }}", "x" * (MAX_TEXT + 1),
]  # fmt: skip


@pytest.mark.parametrize("text", REFUSED, ids=range(len(REFUSED)))
def test_what_is_refused(text: str) -> None:
    with pytest.raises(QueryInvalid, match="query text cannot be read"):
        read_query_text(text)


@pytest.mark.parametrize(
    ("text", "read"),
    [("metrics=[1]", "items"), ("where=[1]", "texts"), ("limit='1'", "number"), ("limit=True", "number"),
     ("compile='yes'", "flag"), ("saved_query=['a', 'b']", "one")],
)  # fmt: skip
def test_values_of_another_type(text: str, read: str) -> None:
    call = read_query_text(f"{{{{ semantic_layer.query({text}) }}}}")
    with pytest.raises(QueryInvalid, match=r"must be|takes one"):
        getattr(call, read)(text.partition("=")[0])
