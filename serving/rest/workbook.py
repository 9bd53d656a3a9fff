"""Answers as an Excel workbook: texts are texts there, so that none is run as a formula."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.core.duckdb_session import literal, load_excel

if TYPE_CHECKING:
    import pyarrow as pa

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def workbook(table: pa.Table) -> bytes:
    """A workbook with one sheet: names of columns, then rows. Hours are written in their own time zone."""
    import duckdb

    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        load_excel(connection)
        path = Path(folder) / "answer.xlsx"
        connection.register("answer", _without_zones(table))
        connection.execute(
            f"copy answer to {literal(str(path))} (format xlsx, header true, sheet 'answer')"
        )
        return path.read_bytes()


def _without_zones(table: pa.Table) -> pa.Table:
    """Cells know no time zone: a time is written as clocks of its zone show it."""
    import pyarrow as pa
    import pyarrow.compute as pc

    for number, field in enumerate(table.schema):
        if pa.types.is_timestamp(field.type) and field.type.tz:
            local = pc.local_timestamp(table.column(number))
            table = table.set_column(number, field.name, local)
    return table
