"""What stands behind the names of the tiny company's manifest."""

from __future__ import annotations

import pytest

from semantic_layer.elements import Element, Elements, Measure
from semantic_layer.layer import SemanticLayer


@pytest.fixture(scope="module")
def elements(layer: SemanticLayer) -> Elements:
    return Elements(layer.catalogue.text)


def test_dimensions(elements: Elements) -> None:
    name = Element(name="name", kind="categorical", expr="rep_name")
    assert elements.dimension("rep__name") == elements.dimension("contact__rep__name") == name
    assert elements.dimension("metric_time") is None
    assert elements.dimension("rep__nothing") is None


def test_entities_are_described_where_they_are_keys(elements: Elements) -> None:
    rep = Element(name="rep", kind="primary", expr="rep_version_key")
    assert elements.entity("rep") == elements.entity("contact__rep") == rep
    sales_order = elements.entity("sales_order")
    assert sales_order is not None and sales_order.kind == "foreign"
    assert elements.entity("x") is None


def test_measures_of_composed_metrics(elements: Elements) -> None:
    measures = elements.measures(["revenue_mom_growth", "average_order_value"])
    assert [(m.name, m.agg) for m in measures] == [("revenue", "sum"), ("orders", "count_distinct")]
    assert measures[0] == Measure(
        name="revenue", agg="sum", expr="net_amount", agg_time_dimension="ordered_on"
    )
    assert elements.measures(["x"]) == ()


def test_nothing_is_closed_unless_its_yaml_closes_it(elements: Elements) -> None:
    team = elements.dimension("rep__team")
    assert team is not None and team.closed_to == elements.metric_closed_to("revenue") == ()
    assert elements.metric_closed_to("x") == ()
