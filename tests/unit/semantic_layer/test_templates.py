"""Template calls of a filter, read as syntax and never run (fault 22)."""

from __future__ import annotations

import pytest

from orchestration.core.errors import QueryInvalid
from semantic_layer.templates import Reference, placeholder, take_templates


@pytest.mark.parametrize(
    ("call", "reference"),
    [
        ("Dimension('rep__team')", Reference(name="rep__team", call="Dimension")),
        ("Dimension('metric_time').grain('MONTH')",
         Reference(name="metric_time", call="Dimension", grain="month")),
        ("TimeDimension('metric_time', 'DAY')",
         Reference(name="metric_time", call="TimeDimension", grain="day")),
        ("TimeDimension('closed_on', time_granularity_name='week')",
         Reference(name="closed_on", call="TimeDimension", grain="week")),
        ("Dimension('team', entity_path=['contact', 'rep'])",
         Reference(name="contact__rep__team", call="Dimension")),
        (" Entity('rep') ", Reference(name="rep", call="Entity")),
    ],
)  # fmt: skip
def test_calls(call: str, reference: Reference) -> None:
    text, (template,) = take_templates("a = 1 and {{" + call + "}} = 'x'")
    assert template == reference
    assert text == f"a = 1 and  \"{placeholder(0)}\"  = 'x'"


def test_what_stands_in_quotes_is_a_text() -> None:
    filter_ = "rep__team = '{{ 7 * 7 }}' or rep__name = 'it''s {% x %}'"
    assert take_templates(filter_) == (filter_, [])


@pytest.mark.parametrize(
    "template",
    [
        "{{ Dimension('a').grain('day').grain('week') }}",
        "{{ TimeDimension('a').grain('day') }}",
        "{{ Dimension('a', 'b') }}",
        "{{ Dimension() }}",
        "{{ Dimension(a) }}",
        "{{ Dimension('a b') }}",
        "{{ Dimension('a', other='b') }}",
        "{{ Metric('revenue') }}",
        "{{ [].append('a') }}",
        "{{ 1 + }}",
        "{% set x = 1 %}",
        "{# note #}",
    ],
)
def test_anything_else_is_refused_with_the_filter_it_stands_in(template: str) -> None:
    with pytest.raises(QueryInvalid) as refused:
        take_templates(f"{template} = 1")
    assert f"The filter `{template} = 1` is not allowed" in str(refused.value)
