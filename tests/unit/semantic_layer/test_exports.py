"""Saved queries as tables: which names they may have, and what is in them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from orchestration.core.errors import QueryInvalid
from semantic_layer.exports import drop_exports, exported_tables, write_exports
from semantic_layer.layer import SemanticLayer
from semantic_layer.request import QueryRequest
from semantic_layer.saved_queries import Export, SavedQuery

pytestmark = pytest.mark.slow


def saved(name: str, alias: str, *, schema: str = "scorecards", kind: str = "table") -> SavedQuery:
    return SavedQuery(
        name=name,
        label=name,
        description="",
        request=QueryRequest(metrics=("revenue",), grain="month"),
        exports=(Export(name=name, schema=schema, alias=alias, export_as=kind),),
    )


@pytest.mark.parametrize(
    ("query", "message"),
    [
        (saved("a", "Rep Scorecard"), "alias `Rep Scorecard` is not allowed; lower-case"),
        (saved("a", "x; drop table orders"), "is not allowed"),
        (saved("a", "fine", schema="quality"), "schema `quality` is not for exports"),
        (saved("a", "fine", kind="view"), "export_as `view` is not supported; expected: table"),
        (saved("a", "fct_deals", schema="funnel"), "`funnel.fct_deals` is a table of the release"),
        (saved("b", "taken"), "`scorecards.taken` is an export of saved query `first` already"),
    ],
)
def test_a_name_that_cannot_be_a_table_is_refused(query: SavedQuery, message: str) -> None:
    """A mart that an export replaced would be lost without a word (I7)."""
    with pytest.raises(QueryInvalid) as refused:
        exported_tables([saved("first", "taken"), query], taken=["funnel.fct_deals"])
    assert message in str(refused.value)
    assert f"saved query `{query.name}`, export `{query.name}`" in str(refused.value)


def test_an_export_without_a_schema_goes_to_the_scorecards() -> None:
    (table,) = exported_tables([saved("a", "a", schema="")], taken=())
    assert table.name == "scorecards.a"


@pytest.fixture
def candidate(
    release_dir: Path, tmp_path: Path
) -> Iterator[tuple[duckdb.DuckDBPyConnection, Path]]:
    shutil.copy(release_dir / "marts.duckdb", tmp_path)
    with duckdb.connect(tmp_path / "marts.duckdb") as connection:
        yield connection, tmp_path


def test_an_export_has_the_rows_of_its_query(
    candidate: tuple[duckdb.DuckDBPyConnection, Path], parsed: Path
) -> None:
    """I7: the table has the figures of the metric, calculated by hand from the tiny company's lines."""
    connection, folder = candidate
    layer = SemanticLayer.draft(
        parsed / "semantic_manifest.json", parsed / "manifest.json", folder, connection=connection
    )
    tables = exported_tables([saved("by_month", "by_month")], taken=())
    assert write_exports(layer, connection, tables) == {"scorecards.by_month": 4}
    assert connection.execute("from scorecards.by_month").fetchall() == [
        (date(2025, 11, 1), Decimal("150.15")),
        (date(2025, 12, 1), Decimal("200.00")),
        (date(2026, 1, 1), Decimal("310.25")),
        (date(2026, 2, 1), Decimal("40.00")),
    ]
    connection.execute("update customer.fct_order_lines set net_amount = 50 where order_key = 'o6'")
    write_exports(layer, connection, tables)
    assert connection.execute("select last(revenue) from scorecards.by_month").fetchone() == (
        Decimal("50.00"),
    )
    drop_exports(connection, tables)
    assert connection.execute(
        "select count(*) from duckdb_tables() where schema_name = 'scorecards'"
    ).fetchone() == (0,)
