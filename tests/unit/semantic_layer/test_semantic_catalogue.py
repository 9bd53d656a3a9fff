"""The catalogue: what it says of metrics, their lineage, dimensions and saved queries."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from orchestration.core.errors import QueryInvalid, ReleaseCorrupt
from semantic_layer.layer import SemanticLayer
from semantic_layer.request import QueryRequest
from semantic_layer.warehouse import Warehouse


def test_metrics_carry_their_meta(layer: SemanticLayer) -> None:
    metrics = {metric.name: metric for metric in layer.metrics()}
    assert list(metrics) == sorted(metrics)
    revenue = metrics["revenue"]
    assert (revenue.label, revenue.label_es) == ("Revenue", "Ingresos totales")
    assert (revenue.kind, revenue.unit, revenue.better) == ("simple", "currency", "up")
    assert (revenue.cadence, revenue.owner, revenue.family) == ("daily", "sales-ops", "revenue")
    assert revenue.roles == ("rep", "manager", "director")


@pytest.mark.parametrize(
    ("name", "formula"),
    [
        (
            "revenue",
            "sum(net_amount) from customer.fct_order_lines where not order_line__is_cancelled",
        ),
        ("orders", "count(distinct order_key) from customer.fct_order_lines where not "),
        ("sales_cycle_days", "avg(cycle_days) from funnel.fct_deals where deal__is_won"),
        ("win_rate", "opportunities_won / opportunities_closed"),
        ("revenue_mom_growth", "where revenue_before = revenue 1 month before"),
        ("revenue_year_to_date", "revenue accumulated since the start of the year"),
    ],
)
def test_formulas_read_as_sql(layer: SemanticLayer, name: str, formula: str) -> None:
    assert formula in layer.metric(name).metric.formula


def test_lineage_reaches_the_source_streams(layer: SemanticLayer) -> None:
    card = layer.metric("average_order_value")
    assert card.metric.inputs == ("revenue", "orders")
    assert card.lineage.models == ("fct_order_lines",)
    assert card.lineage.streams == ("order_lines", "orders")
    assert card.grains == ("day", "week", "month", "quarter", "year")
    assert '"marts"."customer"."fct_order_lines"' in card.sql


def test_dimensions_in_common(layer: SemanticLayer) -> None:
    names = [dimension.name for dimension in layer.dimensions(["revenue", "win_rate"])]
    assert names == ["metric_time", "rep__hired_on", "rep__name", "rep__region", "rep__team", "rep"]
    team = next(d for d in layer.dimensions(["revenue"]) if d.name == "rep__team")
    assert (team.label, team.label_es, team.kind) == ("Team", "Equipo", "categorical")
    with pytest.raises(QueryInvalid, match="Nearest: revenue"):
        layer.dimensions(["revenu"])


def test_saved_queries_can_be_asked(layer: SemanticLayer) -> None:
    (saved,) = layer.saved_queries()
    assert (saved.name, saved.label) == ("rep_scorecard", "Rep scorecard")
    assert saved.request.group_by == ("metric_time__month", "rep__team")
    assert [(export.schema, export.alias) for export in saved.exports] == [
        ("performance", "rep_scorecard")
    ]
    assert layer.query(saved.request).table.column_names == [
        "metric_time__month",
        "rep__team",
        "revenue",
        "win_rate",
    ]


def test_answers_say_how_far_to_trust_them(layer: SemanticLayer) -> None:
    """I8: release, data-as-of, verdict, and the last loads of the streams behind the metric."""
    trust = layer.query(QueryRequest.from_text("win_rate")).trust
    assert (trust.release_id, trust.verdict, trust.draft) == ("20260210-1", "pass", False)
    assert trust.as_of == datetime(2026, 2, 10, 3, 30, tzinfo=UTC)
    assert trust.streams == {"crm.deals": datetime(2026, 2, 10, 3, 0, tzinfo=UTC)}
    streams = layer.trust(["revenue"]).streams
    assert streams["shop.order_lines"] == datetime(2026, 2, 10, 3, 11, tzinfo=UTC)


def test_a_draft_uses_other_definitions(release_dir: Path, parsed: Path, tmp_path: Path) -> None:
    manifest = json.loads((parsed / "semantic_manifest.json").read_text(encoding="utf-8"))
    for metric in manifest["metrics"]:
        if metric["name"] == "units_sold":
            metric["filter"] = None
    changed = tmp_path / "semantic_manifest.json"
    changed.write_text(json.dumps(manifest), encoding="utf-8")
    with SemanticLayer.draft(changed, parsed / "manifest.json", release_dir) as draft:
        answer = draft.query(QueryRequest.from_text("units_sold"))
    assert answer.table.to_pylist() == [{"units_sold": 21}]
    assert answer.trust.draft


def test_a_candidate_is_read_through_the_connection_that_writes_it(
    release_dir: Path, parsed: Path, tmp_path: Path
) -> None:
    shutil.copy(release_dir / "marts.duckdb", tmp_path / "marts.duckdb")
    with duckdb.connect(tmp_path / "warehouse.duckdb") as connection:
        connection.execute(f"attach '{tmp_path / 'marts.duckdb'}' as marts")
        draft = SemanticLayer.draft(
            parsed / "semantic_manifest.json",
            parsed / "manifest.json",
            tmp_path,
            connection=connection,
        )
        before = draft.query(QueryRequest.from_text("orders"))
        connection.execute("delete from marts.customer.fct_order_lines")
        after = draft.query(QueryRequest.from_text("orders"))
    assert (before.table.to_pylist(), after.table.to_pylist()) == ([{"orders": 5}], [{"orders": 0}])
    assert before.trust.verdict == "none"


def test_the_release_cannot_be_written_nor_other_files_read(release_dir: Path) -> None:
    warehouse = Warehouse.open(release_dir / "marts.duckdb")
    for sql in (
        "create table core.x(i integer)",
        "delete from core.dim_reps",
        "select * from read_csv('/etc/passwd')",
        "copy (select 1) to '/tmp/embudo-out.csv'",
        "attach '/tmp/embudo-other.duckdb'",
        "set threads = 1",
    ):
        with pytest.raises(QueryInvalid):
            warehouse.query(sql)
    warehouse.close()


def test_answers_are_kept_within_their_room(release_dir: Path) -> None:
    warehouse = Warehouse.open(release_dir / "marts.duckdb", kept_bytes=4_000)
    first = warehouse.query("select 1 as one")
    assert warehouse.query("select 1 as one") is first
    for number in range(200):
        warehouse.query(f"select {number} as number, 'filler' as text")
    assert warehouse.query("select 1 as one") is not first
    warehouse.close()


def test_damaged_releases_are_named(release_dir: Path, tmp_path: Path) -> None:
    with pytest.raises(ReleaseCorrupt, match="no release"):
        SemanticLayer.open(tmp_path / "absent")
    for name in ("marts.duckdb", "semantic_manifest.json", "release.json"):
        broken = tmp_path / name.replace(".", "_")
        shutil.copytree(release_dir, broken)
        (broken / name).write_text("{", encoding="utf-8")
        with pytest.raises(ReleaseCorrupt, match=name):
            SemanticLayer.open(broken)
