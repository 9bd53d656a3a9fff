"""Every metric of the catalogue compared with hand-written SQL over the made-up company's raw files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import cast

import pytest

from semantic_layer.layer import SemanticLayer
from semantic_layer.records import Grain
from tests.conftest import Embudo
from tests.e2e.metric_queries import FIXED_COSTS, is_same, query_rows, with_fixed_costs
from tests.e2e.oracle import Oracle, sections

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def layer(company: Embudo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SemanticLayer]:
    release = (company.home / "current").resolve()
    with with_fixed_costs(release, tmp_path_factory.mktemp("copy")) as layer:
        yield layer


@pytest.fixture(scope="module")
def oracle(folder: Path) -> Iterator[Oracle]:
    oracle = Oracle(folder / "inbox", fixed_costs=FIXED_COSTS)
    yield oracle
    oracle.connection.close()


def test_the_oracle_knows_every_metric(layer: SemanticLayer) -> None:
    """The catalogue has no metric that nobody calculated independently, nor the other way round."""
    assert sorted(sections()) == [metric.name for metric in layer.metrics()]


def test_every_metric_with_dimensions_is_calculated_by_one(layer: SemanticLayer) -> None:
    without = [
        name
        for name, section in sections().items()
        if not (section.dimensions or section.monthly_dimensions)
        and any(item.kind == "categorical" for item in layer.dimensions([name]))
    ]
    assert without == [], without


@pytest.mark.parametrize("metric", sorted(sections()))
def test_metric_equals_hand_written_sql(metric: str, layer: SemanticLayer, oracle: Oracle) -> None:
    """I7: in total, by period and by each dimension that the oracle cuts by; equal to a cent or 1e-9."""
    section = oracle.sections[metric]
    wrong: dict[str, object] = {}
    values: list[float | None] = []

    def compare(
        cut: str, actual: Mapping[str, object], expected: Mapping[str, float | None]
    ) -> None:
        values.extend(expected.values())
        for key in sorted({*actual, *expected}):
            if not is_same(actual.get(key), expected.get(key)):
                wrong[f"{cut} {key!r}"] = (actual.get(key), expected.get(key))

    if oracle.has_total(metric):
        (row,) = query_rows(layer, metric)
        compare("in total", {"": row[metric]}, {"": oracle.total(metric)})
    for grain in oracle.grains(metric):
        rows = query_rows(layer, metric, grain=cast("Grain", grain))
        actual = {f"{row[f'metric_time__{grain}']:%Y-%m}": row[metric] for row in rows}
        compare(f"by {grain}", actual, oracle.by_period(metric, grain))
    for dimension in section.dimensions:
        actual = {
            "" if row[dimension] is None else str(row[dimension]): row[metric]
            for row in query_rows(layer, metric, by=(dimension,))
        }
        compare(f"by {dimension}", actual, oracle.by_dimension(metric, dimension))
    for dimension in section.monthly_dimensions:
        actual = {
            f"{row['metric_time__month']:%Y-%m} {row[dimension] or ''}": row[metric]
            for row in query_rows(layer, metric, grain="month", by=(dimension,))
        }
        compare(
            f"by month and {dimension}", actual, oracle.by_month_and_dimension(metric, dimension)
        )
    assert wrong == {}, wrong
    assert any(values), "nothing to compare with"
