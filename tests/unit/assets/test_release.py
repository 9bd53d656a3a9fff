"""Metric values, scorecard, alerts, saved queries, and the release that comes after all of them."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import dagster as dg

from orchestration.assets.release import COMPUTED_TABLES, RELEASE, export_key, release_assets
from orchestration.core.errors import PublicationRefused
from semantic_layer.exports import ExportedTable
from tests.unit.factories import StubRefresh, materialize

TABLE = cast(
    ExportedTable,
    SimpleNamespace(
        schema="scorecards", table="by_rep", name="scorecards.by_rep",
        query=SimpleNamespace(name="by_rep", description="Figures of reps."),
    ),
)  # fmt: skip
MART = {
    "name": "fct_deals", "resource_type": "model", "fqn": ["embudo", "funnel"], "config": {"schema": "funnel"},
}  # fmt: skip
MANIFEST = {"nodes": {"model.fct_deals": MART}}
ANSWERS: dict[str, Any] = {
    "evaluate": {"metric_values": 120, "scorecard": 30, "alerts": 2},
    "write_saved_queries": {"scorecards.by_rep": 7},
    "publish": SimpleNamespace(
        release_id="R1", as_of=datetime(2026, 6, 30, tzinfo=UTC), verdict="warn", loads=("l1",)
    ),
}


def run(**answers: Any) -> tuple[StubRefresh, dict[str, dict[str, Any]]]:
    refresh = StubRefresh({**ANSWERS, **answers})
    assets = release_assets(MANIFEST, [TABLE])
    ran = materialize(*assets, dg.AssetSpec(["funnel", "fct_deals"]), refresh=refresh)
    materialized = {
        event.asset_key.to_user_string(): {
            name: value.value for name, value in event.materialization.metadata.items()
        }
        for event in ran.get_asset_materialization_events()
        if event.asset_key
    }
    return refresh, materialized


def test_the_release_is_made_from_everything_else() -> None:
    release = release_assets(MANIFEST, [TABLE])[-1]
    (spec,) = release.specs
    assert spec.key == RELEASE
    assert {dep.asset_key for dep in spec.deps} == {
        dg.AssetKey(["funnel", "fct_deals"]),
        export_key(TABLE),
        *COMPUTED_TABLES,
    }
    assert len(release_assets(MANIFEST, [])) == 2


def test_each_table_shows_its_rows_and_the_release_its_verdict() -> None:
    refresh, materialized = run()
    assert refresh.steps[-1] == "publish"
    assert set(refresh.steps) == set(ANSWERS)
    assert materialized["performance/scorecard"] == {"dagster/row_count": 30}
    assert materialized["scorecards/by_rep"] == {"dagster/row_count": 7}
    assert materialized["release/current"]["verdict"] == "warn"
    assert materialized["release/current"]["loads"] == 1


def test_a_refused_publication_is_no_release() -> None:
    refresh, materialized = run(publish=PublicationRefused("No receipt"))
    assert "release/current" not in materialized
    assert [str(error) for error in refresh.errors] == ["No receipt"]
