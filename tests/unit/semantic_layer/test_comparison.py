"""Two states of the tiny company compared."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from orchestration.core.errors import QueryInvalid
from semantic_layer.comparison import DefinitionChange, Move, compare
from semantic_layer.layer import SemanticLayer

Edited = Callable[..., SemanticLayer]


@pytest.fixture
def edited(release_dir: Path, tmp_path: Path) -> Iterator[Edited]:
    """The release with other rows, or with other definitions."""
    opened: list[SemanticLayer] = []

    def make(*, sql: str = "", manifest: Callable[[dict[str, object]], None] | None = None):  # type: ignore[no-untyped-def]
        folder = tmp_path / f"edited{len(opened)}"
        shutil.copytree(release_dir, folder)
        if sql:
            with duckdb.connect(folder / "marts.duckdb") as connection:
                connection.execute(sql)
        path = folder / "semantic_manifest.json"
        if manifest is not None:
            content = json.loads(path.read_text())
            manifest(content)
            path.write_text(json.dumps(content))
        layer = SemanticLayer.draft(path, folder / "manifest.json", folder)
        opened.append(layer)
        return layer

    yield make
    for layer in opened:
        layer.close()


def metric_of(manifest: dict[str, object], name: str) -> dict[str, object]:
    metrics = manifest["metrics"]
    assert isinstance(metrics, list)
    return next(metric for metric in metrics if metric["name"] == name)


def test_a_changed_row_moves_what_reads_it_and_nothing_else(
    layer: SemanticLayer, edited: Edited
) -> None:
    """Order o6 (February, no rep) from 40 to 50: calculated by hand."""
    new = edited(sql="update customer.fct_order_lines set net_amount = 50 where order_key = 'o6'")
    comparison = compare(layer, new)
    assert comparison.definitions == ()
    assert {move.metric for move in comparison.moves} == {
        "revenue", "average_order_value", "revenue_mom_growth", "revenue_year_to_date",
    }  # fmt: skip
    february = date(2026, 2, 1)
    assert [move for move in comparison.moves if move.metric == "revenue"] == [
        Move(metric="revenue", period_start=february, key=None, old=40.0, new=50.0)
    ]
    (move,) = compare(layer, new, metrics=["revenue"], by="rep__team").moves
    assert (move.key, move.difference, move.share) == ("", 10.0, 0.25)
    assert compare(layer, new, metrics=["win_rate"]).moves == ()
    assert compare(layer, new, metrics=["revenue"], since=date(2026, 3, 1)).moves == ()


def test_what_moves_between_teams_shows_only_by_team(layer: SemanticLayer, edited: Edited) -> None:
    """A line that changes team leaves the company's figure; the dimension shows where it went."""
    new = edited(sql="update customer.fct_order_lines set rep_version_key = 'r3' where order_key = 'o4';"
                     "update core.dim_reps set team = 'Beta' where rep_version_key = 'r2'")  # fmt: skip
    assert compare(layer, new, metrics=["revenue"]).moves == ()
    moves = compare(layer, new, metrics=["revenue"], by="rep__team").moves
    assert [(move.key, move.old, move.new) for move in moves] == [
        ("Alfa", 200.0, None),
        ("Beta", None, 200.0),
    ]


def test_unchanged_tables_are_not_queried(layer: SemanticLayer, edited: Edited) -> None:
    new = edited(sql="update customer.fct_order_lines set net_amount = 50 where order_key = 'o6'")
    assert compare(layer, new, changed_tables=()).compared == 0
    comparison = compare(layer, new, changed_tables=["customer.fct_order_lines"])
    assert {move.metric for move in comparison.moves} >= {"revenue", "revenue_year_to_date"}
    assert not any(move.metric == "win_rate" for move in comparison.moves)


def test_a_changed_definition_moves_what_is_made_of_it(
    layer: SemanticLayer, edited: Edited
) -> None:
    """Deals won by orders, not by deals closed: January has one deal won and two orders."""

    def redefine(manifest: dict[str, object]) -> None:
        params = metric_of(manifest, "win_rate")["type_params"]
        assert isinstance(params, dict)
        params["denominator"]["name"] = "orders"
        metric_of(manifest, "orders")["label"] = "Purchases"

    comparison = compare(layer, edited(manifest=redefine), changed_tables=())
    assert comparison.definitions == (
        DefinitionChange(metric="orders", change="changed", fields=("label",)),
        DefinitionChange(metric="win_rate", change="changed", fields=("inputs", "formula")),
    )
    assert comparison.compared == 1
    assert [(move.metric, move.period_start, move.old, move.new) for move in comparison.moves] == [
        ("win_rate", date(2026, 1, 1), 1.0, 0.5)
    ]


def test_added_and_removed_metrics_are_named(layer: SemanticLayer, edited: Edited) -> None:
    def rename(manifest: dict[str, object]) -> None:
        metric_of(manifest, "revenue_mom_growth")["name"] = "growth"

    assert compare(layer, edited(manifest=rename), changed_tables=()).definitions == (
        DefinitionChange(metric="growth", change="added"),
        DefinitionChange(metric="revenue_mom_growth", change="removed"),
    )


def test_a_mistyped_name_gets_suggestions(layer: SemanticLayer, edited: Edited) -> None:
    new = edited(sql="select 1")
    with pytest.raises(QueryInvalid, match="Nearest: revenue"):
        compare(layer, new, metrics=["revenu"])
    with pytest.raises(QueryInvalid, match="rep__team"):
        compare(layer, new, metrics=["revenue"], by="rep__tema")
