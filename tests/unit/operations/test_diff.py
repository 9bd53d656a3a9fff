"""Two states compared: rows of tables, definitions, figures."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from orchestration.core.errors import ReleaseCorrupt
from orchestration.core.records import ReleaseWarning
from orchestration.operations.diff import Difference, Selection, between_releases
from semantic_layer import comparison
from semantic_layer.comparison import Comparison, DefinitionChange
from semantic_layer.layer import SemanticLayer
from semantic_layer.records import Trust
from tests.faults.tiny_company import TinyCompany

SAME = Comparison(definitions=(), moves=(), compared=0)
NOTHING = Difference(old="a", new="b", tables=(), metrics=SAME)


DOUBT = ReleaseWarning(
    check="loads.volume", subject="crm.deals", observed="3 rows", expected="30", remedy="Ask."
)


def trust_of(folder: Path) -> Trust:
    """One warning, whatever the metrics."""
    return Trust(release_id=folder.name, as_of=None, verdict="warn", warnings=(DOUBT,))


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What metrics are compared by, with layers that know no metric."""
    requests: list[dict[str, Any]] = []

    @contextlib.contextmanager
    def open_layer(folder: Path) -> Iterator[Any]:
        yield SimpleNamespace(
            currency="EUR", metrics=list, name=folder.name, trust=lambda metrics: trust_of(folder)
        )

    def compare(left: Any, right: Any, **fields: Any) -> Comparison:
        requests.append({"left": left.name, "right": right.name, **fields})
        return SAME

    monkeypatch.setattr(SemanticLayer, "open", open_layer)
    monkeypatch.setattr(comparison, "compare", compare)
    return requests


def test_two_releases_differ_in_the_rows_of_a_mart(
    company: TinyCompany, compared: list[dict[str, Any]]
) -> None:
    """The fixture's two releases hold an order of 10 and one of 20."""
    first, second = sorted(path.name for path in company.home.releases.iterdir())
    difference = between_releases(company.home, first, None, Selection(metrics=("revenue",)))
    assert (difference.old, difference.new) == (first, second)
    assert [
        (change.table, change.rows_before, change.rows_after) for change in difference.tables
    ] == [("customer.fct_orders", 1, 1)]
    assert not difference.is_empty
    assert difference.warnings == {first: (DOUBT,), second: (DOUBT,)}
    (request,) = compared
    assert (request["left"], request["right"], request["metrics"]) == (first, second, ("revenue",))
    assert request["changed_tables"] is None, "definitions may differ where tables do not"


def test_split_by_a_dimension_only_what_reads_changed_tables_is_compared(
    company: TinyCompany, compared: list[dict[str, Any]]
) -> None:
    first, _ = sorted(path.name for path in company.home.releases.iterdir())
    difference = between_releases(company.home, first, None, Selection(by="rep__team"))
    assert difference.warnings == {}, "no figure moves, and none was selected"
    assert compared[0]["changed_tables"] == {"customer.fct_orders"}


def test_a_release_compared_with_itself_has_no_difference(
    company: TinyCompany, compared: list[dict[str, Any]]
) -> None:
    assert between_releases(company.home, None, None, Selection()).is_empty


def test_a_missing_release_is_named(company: TinyCompany) -> None:
    with pytest.raises(ReleaseCorrupt, match="20200101T000000Z-gone"):
        between_releases(company.home, "20200101T000000Z-gone", None, Selection())


def test_what_was_not_built_is_a_difference_too() -> None:
    assert NOTHING.is_empty
    assert not replace(NOTHING, unbuilt=("seed stages",)).is_empty
    added = replace(SAME, definitions=(DefinitionChange(metric="roi", change="added"),))
    assert not replace(NOTHING, metrics=added).is_empty
