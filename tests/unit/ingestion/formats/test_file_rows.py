"""Names of columns, and how a mapping finds them."""

from __future__ import annotations

from orchestration.ingestion.formats.file_rows import FileColumn, FileRows, unique_names


def test_names_are_unique_whatever_their_case_and_none_is_taken() -> None:
    assert unique_names([" Id ", "id", "", "_line", "ID"]) == (
        "Id",
        "id_2",
        "column_3",
        "_line_2",
        "ID_3",
    )


def test_a_column_is_found_exactly_or_by_the_only_name_that_differs_in_case() -> None:
    rows = FileRows("", tuple(FileColumn(name) for name in ("Id", "name", "Name")), records=0)
    assert rows.column("Name") == FileColumn("Name")
    assert rows.column(" ID ") == FileColumn("Id")
    assert rows.column("NAME") is None, "two names differ in case only"
    assert rows.column("other") is None
