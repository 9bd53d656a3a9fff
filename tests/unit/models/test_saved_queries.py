"""The saved queries of the roles have the metrics of their role, at a grain that suits them."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from scripts.docs import project
from tests.conftest import ROOT

QUERIES: dict[str, dict[str, Any]] = {
    query["name"]: query
    for query in yaml.safe_load(
        (ROOT / "models" / "metrics" / "saved_queries.yml").read_text(encoding="utf-8")
    )["saved_queries"]
}
ROLES = ("rep", "manager", "director", "call_center", "marketing")
GRAINS = {"": "month", "_by_week": "week", "_by_day": "day"}
CADENCES = {
    "day": {"daily"},
    "week": {"daily", "weekly"},
    "month": {"daily", "weekly", "monthly", "quarterly"},
}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("ending", GRAINS)
def test_a_role_queries_its_own_metrics(role: str, ending: str) -> None:
    query = QUERIES[f"{role}_scorecard{ending}"]
    params = query["query_params"]
    assert params["group_by"][0] == f"TimeDimension('metric_time', '{GRAINS[ending]}')"
    metrics = project.metrics()
    for name in params["metrics"]:
        meta = metrics[name]["config"]["meta"]
        assert meta["cadence"] in CADENCES[GRAINS[ending]], f"{name} is {meta['cadence']}"
        if role in ("rep", "manager", "director"):
            assert role in meta["roles"], f"{name} is not watched by the {role}"
    (export,) = query["exports"]
    assert export["config"] == {
        "export_as": "table", "schema": "scorecards", "alias": query["name"],
    }  # fmt: skip


def test_there_are_no_other_scorecards() -> None:
    assert set(QUERIES) == {f"{role}_scorecard{ending}" for role in ROLES for ending in GRAINS}
