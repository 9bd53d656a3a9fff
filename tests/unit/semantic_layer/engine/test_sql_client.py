"""The client that MetricFlow plans with."""

from __future__ import annotations

import pytest

from semantic_layer.engine.sql_client import PlanningClient


def test_it_runs_nothing() -> None:
    client = PlanningClient()
    for run in (client.query, client.execute, client.dry_run):
        with pytest.raises(AssertionError, match="plans and does not"):
            run("select 1")
    assert client.render_bind_parameter_key("p") == "$p"
