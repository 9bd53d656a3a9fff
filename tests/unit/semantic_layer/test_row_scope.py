"""The rows of one rep or team: compared with the same queries over a copy that has no other rows."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.core.errors import QueryInvalid
from orchestration.core.records import ReleaseWarning
from semantic_layer.layer import SemanticLayer
from semantic_layer.records import Trust
from semantic_layer.request import QueryRequest
from semantic_layer.row_scope import RowScope, leads_elsewhere, scoped_trust

pytestmark = pytest.mark.slow

ANA = RowScope(role="rep", dimension="rep__name", value="Ana")
ALFA = RowScope(role="manager", dimension="rep__team", value="Alfa")


def rows(layer: SemanticLayer, *metrics: str, **options: Any) -> list[tuple[Any, ...]]:
    table = layer.query(QueryRequest(metrics=metrics, **options)).table
    return [tuple(row.values()) for row in table.to_pylist()]


def test_totals_groups_and_filters_are_of_the_scope(layer: SemanticLayer) -> None:
    ana, alfa = layer.scoped(ANA), layer.scoped(ALFA)
    assert rows(ana, "revenue") == [(Decimal("160.15"),)]
    assert rows(alfa, "revenue") == [(Decimal("360.15"),)]
    assert rows(alfa, "orders", group_by=("rep__name",)) == [("Ana", 2), ("Borja", 1)]
    for where in ("rep__name = 'Borja'", "rep__name = 'Borja' or 1 = 1", "not (rep__name = 'Ana')"):
        seen = {row[0] for row in rows(ana, "revenue", group_by=("rep__name",), where=(where,))}
        assert seen <= {"Ana"}
    assert rows(layer, "revenue") == [(Decimal("700.40"),)], "the release itself is as it was"
    assert rows(ana, "revenue") == [(Decimal("160.15"),)], "also when the whole answer is cached"


@pytest.fixture(params=[(ANA, "('r1')"), (ALFA, "('r1', 'r2')")], ids=["rep", "team"])
def scoped_and_cut(
    request: pytest.FixtureRequest, release_dir: Path, layer: SemanticLayer, tmp_path: Path
) -> Iterator[tuple[SemanticLayer, SemanticLayer]]:
    """The scope over all rows, and no scope over a copy that has its rows alone."""
    scope, reps = request.param
    copy = tmp_path / release_dir.name
    shutil.copytree(release_dir, copy)
    with duckdb.connect(copy / "marts.duckdb") as marts:
        for table in ("customer.fct_order_lines", "funnel.fct_deals"):
            marts.execute(
                f"delete from {table} where rep_version_key is null or rep_version_key not in {reps}"
            )
    with SemanticLayer.open(copy) as cut:
        yield layer.scoped(scope), cut


def test_every_metric_is_that_of_the_rows_of_the_scope(
    scoped_and_cut: tuple[SemanticLayer, SemanticLayer],
) -> None:
    _, cut = scoped_and_cut
    for metric in cut.metrics():
        for by in (
            (),
            ("rep__region",),
            ("metric_time__month",),
            ("metric_time__year", "rep__name"),
        ):
            if metric.requires_metric_time and not any("metric_time" in name for name in by):
                continue
            ours, theirs = (rows(side, metric.name, group_by=by) for side in scoped_and_cut)
            assert ours == theirs, (metric.name, by)


def test_values_of_a_dimension_alone_are_closed(layer: SemanticLayer) -> None:
    with pytest.raises(QueryInvalid, match=r"those of everybody.*add a metric"):
        layer.scoped(ANA).query(QueryRequest(group_by=("rep__name",)))
    with pytest.raises(QueryInvalid, match="those of everybody"):
        layer.scoped(ANA).explain(QueryRequest(group_by=("rep__name",)))


def test_metrics_that_are_not_of_reps_are_closed(layer: SemanticLayer) -> None:
    nowhere = layer.scoped(RowScope(role="rep", dimension="rep__key", value="r1"))
    with pytest.raises(QueryInvalid, match="`revenue` is not of single reps, so it is closed"):
        nowhere.query(QueryRequest(metrics=("revenue",)))
    with pytest.raises(QueryInvalid, match="no metric `revenu`"):
        nowhere.query(QueryRequest(metrics=("revenu",)))


@pytest.mark.parametrize(
    ("name", "expected"),
    [("rep", False), ("rep__name", False), ("account__name", False), ("contact__rep", True),
     ("contact__rep__name", True), ("deal__rep__team", True), ("rep_month__key", False)],
)  # fmt: skip
def test_other_ways_to_a_rep(name: str, expected: bool) -> None:
    assert leads_elsewhere(name) is expected


def test_other_ways_are_not_offered_and_not_found(layer: SemanticLayer) -> None:
    everybody = {d.name for d in layer.dimensions(["revenue"])}
    closed = {name for name in everybody if leads_elsewhere(name)}
    assert closed == {"order_line__rep"}
    scoped = layer.scoped(ANA)
    assert {d.name for d in scoped.dimensions(["revenue"])} == everybody - closed
    for request in (
        QueryRequest(metrics=("revenue",), group_by=("order_line__rep",)),
        QueryRequest(metrics=("revenue",), where=("order_line__rep = 'r2'",)),
    ):
        with pytest.raises(QueryInvalid, match="order_line__rep"):
            scoped.query(request)


@pytest.mark.parametrize(
    "value", ["x' or '1'='1", "'; drop table x; --", "{{ 7 * 7 }}", "é", "' --"]
)
def test_values_of_scopes_are_values(layer: SemanticLayer, value: str) -> None:
    team = layer.scoped(RowScope(role="manager", dimension="rep__team", value=value))
    expected = [("{{ 7 * 7 }}", Decimal("300.25"))] if value == "{{ 7 * 7 }}" else []
    assert rows(team, "revenue", group_by=("rep__team",)) == expected


def test_what_checks_found_is_not_shown() -> None:
    warning = ReleaseWarning(
        check="parts.calls", subject="fct_calls", observed="Borja 90 %", expected="40 %", remedy="Ask Borja.",
        waiver="ana: Borja was ill", streams=("calls",),
    )  # fmt: skip
    trust = Trust(
        release_id="r", as_of=datetime(2026, 1, 1, tzinfo=UTC), verdict="warn",
        accepted={"parts.calls on fct_calls": "ana: Borja was ill"}, warnings=(warning,),
    )  # fmt: skip
    shown = scoped_trust(trust)
    assert "Borja" not in str(shown)
    assert [w.title for w in shown.warnings] == ["parts.calls on fct_calls"]
    assert shown.open_warnings == () and shown.verdict == "warn"
    assert list(shown.accepted) == ["parts.calls on fct_calls"]


def test_what_is_closed_to_a_role(release_dir: Path, tmp_path: Path) -> None:
    """`config.meta.closed_to` of a dimension and of a metric."""
    folder = tmp_path / release_dir.name
    shutil.copytree(release_dir, folder)
    path = folder / "semantic_manifest.json"
    manifest = json.loads(path.read_text())
    for metric in manifest["metrics"]:
        if metric["name"] == "units_sold":
            metric["config"]["meta"]["closed_to"] = ["rep"]
    for model in manifest["semantic_models"]:
        for dimension in model["dimensions"]:
            if dimension["name"] == "channel":
                dimension["config"] = {"meta": {"closed_to": "rep"}}
    path.write_text(json.dumps(manifest))
    by_channel = {"group_by": ("order_line__channel",)}
    with SemanticLayer.open(folder) as layer:
        rep, manager = layer.scoped(ANA), layer.scoped(ALFA)
        assert rows(manager, "units_sold", **by_channel) == [("shop", 5), ("web", 3)]
        with pytest.raises(QueryInvalid, match="`units_sold` is closed to a token of the role rep"):
            rep.query(QueryRequest(metrics=("units_sold",)))
        with pytest.raises(QueryInvalid, match="order_line__channel"):
            rep.query(QueryRequest(metrics=("revenue",), **by_channel))
        assert "order_line__channel" not in {d.name for d in rep.dimensions(["revenue"])}
        assert rows(layer, "units_sold") == [(12,)]
