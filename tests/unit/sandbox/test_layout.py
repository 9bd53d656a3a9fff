"""How each tool shows its rows: every stream has its layout, its SQL and its words."""

from __future__ import annotations

import duckdb

from sandbox.layout import LAYOUTS, macros, selects


def test_every_layout_has_a_select_and_every_select_a_layout() -> None:
    assert set(selects()) == {(layout.source, layout.stream) for layout in LAYOUTS}
    assert len({(layout.folder, layout.stem) for layout in LAYOUTS}) == len(LAYOUTS)


def test_numbers_become_words_and_nothing_stays_nothing() -> None:
    with duckdb.connect() as connection:
        for statement in macros():
            connection.execute(statement)
        row = connection.execute(
            "select deal_status(0), deal_status(1), deal_status(-1), region(-1)"
        ).fetchone()
    assert row is not None
    assert row[:2] != (None, None) and row[0] != row[1]
    assert row[2:] == (None, None)


def test_tools_differ_in_how_they_write() -> None:
    crm = next(layout for layout in LAYOUTS if layout.stream == "deals")
    assert (crm.delimiter, crm.encoding, crm.local_times) == (";", "latin-1", True)
    assert {layout.kind for layout in LAYOUTS} == {"csv", "jsonl", "parquet", "xlsx"}
