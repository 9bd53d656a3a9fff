"""Answers of the semantic layer compared with figures added up by hand from the rows in `conftest`."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from orchestration.core.errors import ReleaseCorrupt
from semantic_layer.layer import SemanticLayer
from semantic_layer.request import QueryRequest


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


def test_corrupt_releases_are_named(release_dir: Path, tmp_path: Path) -> None:
    with pytest.raises(ReleaseCorrupt, match="no release"):
        SemanticLayer.open(tmp_path / "absent")
    for name in ("marts.duckdb", "semantic_manifest.json", "release.json"):
        broken = tmp_path / name.replace(".", "_")
        shutil.copytree(release_dir, broken)
        (broken / name).write_text("{", encoding="utf-8")
        with pytest.raises(ReleaseCorrupt, match=name):
            SemanticLayer.open(broken)


def rows(layer: SemanticLayer, metrics: str, **options: Any) -> list[tuple[Any, ...]]:
    table = layer.query(QueryRequest.from_text(metrics, **options)).table
    return [tuple(row.values()) for row in table.to_pylist()]


def test_totals_keep_their_type_and_every_digit(layer: SemanticLayer) -> None:
    answer = layer.query(QueryRequest.from_text("revenue,orders,units_sold,average_order_value"))
    assert answer.table.to_pylist() == [
        {
            "revenue": Decimal("700.40"),
            "orders": 5,
            "units_sold": 12,
            "average_order_value": pytest.approx(700.40 / 5, abs=1e-12),
        }
    ]
    types = {field.name: field.type for field in answer.table.schema}
    assert types["orders"] == pa.int64()
    assert types["units_sold"] == pa.int64()


def test_grain_adds_metric_time_first_and_gives_dates(layer: SemanticLayer) -> None:
    answer = layer.query(QueryRequest.from_text("revenue", grain="month"))
    assert answer.table.column_names == ["metric_time__month", "revenue"]
    assert rows(layer, "revenue", grain="month") == [
        (date(2025, 11, 1), Decimal("150.15")),
        (date(2025, 12, 1), Decimal("200.00")),
        (date(2026, 1, 1), Decimal("310.25")),
        (date(2026, 2, 1), Decimal("40.00")),
    ]


def test_grain_applies_to_metric_time_where_it_stands(layer: SemanticLayer) -> None:
    answer = layer.query(QueryRequest.from_text("orders", by="rep__team,metric_time", grain="year"))
    assert answer.table.column_names == ["rep__team", "metric_time__year", "orders"]


def test_metric_time_without_a_grain_is_the_finest(layer: SemanticLayer) -> None:
    answer = layer.query(QueryRequest.from_text("orders", by="metric_time"))
    assert answer.table.column_names == ["metric_time__day", "orders"]
    assert answer.table.num_rows == 5


def test_unassigned_rows_are_a_group_of_their_own(layer: SemanticLayer) -> None:
    assert rows(layer, "revenue", by="rep__region") == [
        ("Norte", Decimal("460.40")),
        ("Sur", Decimal("200.00")),
        (None, Decimal("40.00")),
    ]


def test_metrics_of_several_marts_share_their_rows(layer: SemanticLayer) -> None:
    assert rows(layer, "revenue,opportunities_won", by="rep__region") == [
        ("Norte", Decimal("460.40"), 1),
        ("Sur", Decimal("200.00"), 1),
        (None, Decimal("40.00"), None),
    ]


def test_order_limit_and_offset(layer: SemanticLayer) -> None:
    by_name = {"by": "rep__name", "order": "-revenue"}
    assert [row[0] for row in rows(layer, "revenue", **by_name)] == ["=cmd()", "Borja", "Ana", None]
    assert [row[0] for row in rows(layer, "revenue", **by_name, limit=2)] == ["=cmd()", "Borja"]
    paged = rows(layer, "revenue", **by_name, limit=2, offset=1)
    assert [row[0] for row in paged] == ["Borja", "Ana"]
    assert rows(layer, "revenue", **by_name, limit=0) == []


def test_distinct_values_without_metrics(layer: SemanticLayer) -> None:
    assert rows(layer, "", by="rep__team,rep__region") == [
        ("Alfa", "Norte"),
        ("Alfa", "Sur"),
        ("{{ 7 * 7 }}", "Norte"),
    ]


@pytest.mark.slow
def test_every_metric_by_every_dimension_offered(layer: SemanticLayer) -> None:
    for metric in layer.metrics():
        for dimension in layer.dimensions([metric.name]):
            grain = "month" if metric.requires_metric_time else None
            by = dimension.name
            if not (metric.requires_metric_time and by == "metric_time"):
                rows(layer, metric.name, by=by, grain=grain)


def test_threads_get_the_same_sql(release_dir: Any) -> None:
    with SemanticLayer.open(release_dir) as layer, ThreadPoolExecutor(8) as pool:
        request = QueryRequest.from_text("revenue,win_rate", by="rep__team", grain="month")
        other = QueryRequest.from_text("orders", by="rep__region", order="-orders")
        results = list(pool.map(layer.query, [request, other] * 20))
    assert len({result.sql for result in results}) == 2
    assert all(result.table.equals(results[0].table) for result in results[::2])
