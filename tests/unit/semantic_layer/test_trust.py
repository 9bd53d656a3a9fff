"""The trust that answers carry."""

from __future__ import annotations

import dataclasses
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from orchestration.core.records import ReleaseWarning
from semantic_layer.layer import SemanticLayer
from semantic_layer.metric_card import metric_card
from semantic_layer.records import Lineage
from semantic_layer.request import QueryRequest
from semantic_layer.trust import concerns

DEALS = ReleaseWarning(
    check="loads.volume", subject="crm.deals", observed="3 rows, load 1", expected="about 30 rows",
    remedy="Ask whether the export was complete.", streams=("crm.deals",),
)  # fmt: skip
LINES = ReleaseWarning(
    check="metric.revenue", subject="revenue", observed="9 in 2026-01", expected="less",
    remedy="Look at the files.", streams=("orders",), models=("fct_order_lines",),
    waiver="ana, 2026-02-09 10:00 UTC: sale",
)  # fmt: skip


def test_answers_carry_their_trust(layer: SemanticLayer) -> None:
    """I8: release, data-as-of, verdict, and the last loads of the streams behind the metric."""
    trust = layer.query(QueryRequest.from_text("win_rate")).trust
    assert (trust.release_id, trust.verdict, trust.draft) == ("20260210-1", "pass", False)
    assert trust.as_of == datetime(2026, 2, 10, 3, 30, tzinfo=UTC)
    assert trust.streams == {"crm.deals": datetime(2026, 2, 10, 3, 0, tzinfo=UTC)}
    streams = layer.trust(["revenue"]).streams
    assert streams["shop.order_lines"] == datetime(2026, 2, 10, 3, 11, tzinfo=UTC)


@pytest.fixture
def doubtful(release_dir: Path, tmp_path: Path) -> SemanticLayer:
    """That release with a warning about its deals and a waived one about its revenue."""
    folder = tmp_path / "20260210-1"
    shutil.copytree(release_dir, folder)
    described = json.loads((folder / "release.json").read_text())
    described |= {
        "verdict": "warn",
        "accepted": {LINES.title: LINES.waiver, "older.check on all": "of an earlier version"},
        "warnings": [dataclasses.asdict(DEALS), dataclasses.asdict(LINES)],
    }
    (folder / "release.json").write_text(json.dumps(described))
    return SemanticLayer.open(folder)


def test_an_answer_has_the_warnings_about_what_is_behind_it_and_no_others(
    doubtful: SemanticLayer,
) -> None:
    """I8: a warning about deals is none about revenue, nor is a waiver of revenue one of the win rate."""
    with doubtful as layer:
        rate = layer.query(QueryRequest.from_text("win_rate")).trust
        assert (rate.warnings, rate.open_warnings) == ((DEALS,), (DEALS,))
        assert list(rate.accepted) == ["older.check on all"]
        revenue = layer.trust(["revenue"])
        assert (revenue.warnings, revenue.open_warnings) == ((LINES,), ())
        assert list(revenue.accepted) == [LINES.title, "older.check on all"]
        assert layer.trust(["revenue", "win_rate"]).warnings == (DEALS, LINES)
        assert layer.trust([]).warnings == (DEALS, LINES), "the release as a whole"
        assert metric_card(layer, "win_rate").warnings == (DEALS,)


def test_a_warning_concerns_what_its_models_or_streams_feed_and_all_where_it_names_none() -> None:
    lineage = Lineage(
        models=("fct_calls",), streams=("calls",), seeds=("queues",), through=("stg_calls",)
    )

    def shown(**about: tuple[str, ...]) -> bool:
        return concerns(dataclasses.replace(DEALS, **{"streams": (), **about}), lineage)

    assert shown(streams=("pbx.calls",)) and shown(streams=("calls",))
    assert shown(models=("stg_calls",)) and shown(models=("queues",)) and shown()
    assert not shown(streams=("pbx.agent_states",), models=("fct_agent_states",))
