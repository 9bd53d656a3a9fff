"""I12: metrics are rendered for another engine than DuckDB. What they are written in is
`tests/unit/models/test_portable_metrics.py`'s.
"""

from __future__ import annotations

import pytest
import sqlglot

from semantic_layer.engine import Engine, planner
from semantic_layer.engine.sql_client import PlanningClient
from semantic_layer.names import resolve
from semantic_layer.records import METRIC_TIME
from semantic_layer.request import QueryRequest
from tests.conftest import Embudo


class PostgresClient(PlanningClient):
    """MetricFlow's PostgreSQL in the place of its DuckDB."""

    def __init__(self) -> None:
        from metricflow.protocols.sql_client import SqlEngine
        from metricflow.sql.render.postgres import PostgresSQLSqlPlanRenderer

        self.sql_engine_type = SqlEngine.POSTGRES
        self.sql_plan_renderer = PostgresSQLSqlPlanRenderer()


def test_every_shape_of_metric_is_postgresql(
    company: Embudo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One metric of each kind, family and unit: MetricFlow writes the others of it alike."""
    monkeypatch.setattr(planner, "PlanningClient", PostgresClient)
    engine = Engine((company.home / "current" / "semantic_manifest.json").read_text())
    metrics = engine.metrics().values()
    shapes = {(metric.kind, metric.family, metric.unit): metric.name for metric in metrics}
    assert {kind for kind, *_ in shapes} == {
        "simple",
        "ratio",
        "derived",
        "cumulative",
        "conversion",
    }
    for name in shapes.values():
        grains = engine.dimensions([name])[METRIC_TIME].grains
        request = QueryRequest(metrics=(name,), group_by=(f"{METRIC_TIME}__{grains[0]}",))
        assert sqlglot.parse_one(engine.explain(resolve(request, engine)), read="postgres"), name
