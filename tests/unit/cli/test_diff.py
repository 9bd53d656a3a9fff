"""`embudo diff`: differences, printed for people and programs."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from orchestration.operations import diff
from orchestration.operations.diff import Difference, Selection
from orchestration.operations.table_changes import TableChange
from semantic_layer.comparison import Comparison, DefinitionChange, Move
from tests.unit.cli.conftest import CommandLine, metric

MONTHS = tuple(
    Move(
        metric="revenue", period_start=date(2026, month, 1), key=None, old=100.0, new=100.0 + month
    )
    for month in range(1, 6)
)
DIFFERENCE = Difference(
    old="r1",
    new="r2",
    tables=(
        TableChange(
            table="customer.fct_orders", rows_before=3, rows_after=None, columns_gone=("note",)
        ),
    ),
    metrics=Comparison(
        definitions=(DefinitionChange(metric="calls", change="changed", fields=("formula",)),),
        moves=MONTHS,
        compared=2,
        failures={"orders": "a column [x] is missing"},
    ),
    unbuilt=("seed stages", "settings"),
    currency="EUR",
    catalogue={"revenue": metric("revenue", family="revenue")},
)


@pytest.fixture
def selections(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What is compared; the answer is always the same."""
    calls: list[Any] = []

    def between(home: object, old: str, new: str | None, selection: Selection) -> Difference:
        calls.append((old, new, selection))
        return DIFFERENCE

    monkeypatch.setattr(diff, "between_releases", between)
    return calls


@pytest.mark.parametrize("columns", ["80", "200"])
def test_the_largest_moves_and_what_was_not_compared(
    embudo: CommandLine, selections: list[Any], monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    printed = embudo("diff", "r1", "r2").stdout
    assert "r1 → r2" in printed
    assert "customer.fct_orders" in printed and "-note" in printed
    assert [month for month in range(1, 6) if f"2026-0{month}" in printed] == [3, 4, 5]
    assert "revenue: 2 more, all of them with --metric revenue" in printed
    assert "Not compared orders: a column [x] is missing" in printed
    assert "seed stages" in printed
    assert selections == [("r1", "r2", Selection())]


def test_all_months_of_a_named_metric_in_spanish(
    embudo: CommandLine, selections: list[Any]
) -> None:
    options = ("--metric", "revenue", "--since", "2026-01", "--by", "rep__team", "--lang", "es")
    printed = embudo("diff", "r1", *options).stdout
    assert all(f"2026-0{month}" in printed for month in range(1, 6))
    assert "Cifras que se mueven" in printed
    selection = Selection(metrics=("revenue",), since=date(2026, 1, 1), by="rep__team")
    assert selections == [("r1", None, selection)]


def test_programs_read_every_move(embudo: CommandLine, selections: list[Any]) -> None:
    answer = json.loads(embudo("diff", "r1", "--format", "json").stdout)
    assert [move["difference"] for move in answer["moves"]] == [1.0, 2.0, 3.0, 4.0, 5.0]
    assert (answer["nothing_moves"], answer["unbuilt"]) == (False, ["seed stages", "settings"])
    lines = embudo("diff", "r1", "--format", "csv").stdout.splitlines()
    assert lines[:2] == [
        "metric,period_start,key,old,new,difference,share",
        "revenue,2026-01-01,,100.0,101.0,1.0,0.01",
    ]
    assert len(lines) == 6


def test_a_rebuild_takes_no_release(embudo: CommandLine) -> None:
    assert "takes no release" in embudo("diff", "r1", "--rebuild", expect=9).stderr
