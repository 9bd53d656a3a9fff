"""Files of the made-up company as rows of Python values, and back: CSV, JSON lines, Parquet, XLSX.

Times are naive `datetime`s as the file writes them, dates `date`s, amounts `Decimal`s; what cannot be read so stays
as it is. Lines that are broken on purpose are kept and written behind the others.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from python_calamine import CalamineWorkbook

from sandbox.workbook import write_workbook
from tests.gate_trials.streams import Stream

Row = dict[str, Any]
_ES, _ES_DAY, _ISO = "%d/%m/%Y %H:%M", "%d/%m/%Y", "%Y-%m-%dT%H:%M:%SZ"
_SHEET = "Inversión"


@dataclass
class Sheet:
    """The rows of one file; `broken` are lines that have no columns."""

    stream: Stream
    path: Path
    columns: list[str]
    rows: list[Row]
    broken: list[Any] = field(default_factory=list)
    schema: pa.Schema | None = None

    def days(self) -> list[date]:
        """The days on which its rows happened, in order."""
        return sorted({day for row in self.rows if (day := self.day(row)) is not None})

    def day(self, row: Row) -> date | None:
        """The day on which a row happened, by its own clock."""
        at = row.get(self.stream.at)
        return at.date() if isinstance(at, datetime) else at if isinstance(at, date) else None

    def values(self, column: str) -> list[Any]:
        """The values of a column that are not empty, each once, in order of appearance."""
        return list(
            dict.fromkeys(row[column] for row in self.rows if row[column] not in (None, ""))
        )


def read_sheet(path: Path, stream: Stream) -> Sheet:
    """The rows of a file."""
    layout = stream.layout
    if layout.kind == "parquet":
        table = pq.read_table(path)
        return Sheet(stream, path, table.column_names, table.to_pylist(), schema=table.schema)
    if layout.kind == "xlsx":
        header, *cells = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
        columns = [str(name) for name in header]
        rows = [dict(zip(columns, row, strict=True)) for row in cells]
        return _typed(Sheet(stream, path, columns, rows))
    text = path.read_bytes().decode(layout.encoding, errors="surrogateescape")
    if layout.kind == "jsonl":
        return _typed(_read_json(text, path, stream))
    header, *lines = csv.reader(io.StringIO(text, newline=""), delimiter=layout.delimiter)
    whole = [line for line in lines if len(line) == len(header)]
    broken = [line for line in lines if len(line) != len(header)]
    rows = [dict(zip(header, line, strict=True)) for line in whole]
    return _typed(Sheet(stream, path, header, rows, broken))


def write_sheet(sheet: Sheet) -> None:
    """Rewrite a file; whatever else is linked to the old one keeps its content."""
    layout, path = sheet.stream.layout, sheet.path
    path.unlink(missing_ok=True)
    if layout.kind == "parquet":
        pq.write_table(pa.Table.from_pylist(sheet.rows, schema=sheet.schema), path)
    elif layout.kind == "xlsx":
        cells = [[_cell(row[name]) for name in sheet.columns] for row in sheet.rows]
        write_workbook(path, sheet=_SHEET, header=sheet.columns, rows=cells)
    elif layout.kind == "jsonl":
        lines = [json.dumps(_shown(sheet, row), ensure_ascii=False) for row in sheet.rows]
        path.write_text("".join(f"{line}\n" for line in [*lines, *sheet.broken]), encoding="utf-8")
    else:
        text = io.StringIO(newline="")
        writer = csv.writer(text, delimiter=layout.delimiter, lineterminator="\n")
        writer.writerow(sheet.columns)
        shown = (_shown(sheet, row) for row in sheet.rows)
        writer.writerows([row[name] for name in sheet.columns] for row in shown)
        writer.writerows(sheet.broken)
        path.write_bytes(text.getvalue().encode(layout.encoding, errors="surrogateescape"))


def _read_json(text: str, path: Path, stream: Stream) -> Sheet:
    rows, broken = [], []
    for line in text.splitlines():
        try:
            rows.append(json.loads(line))
        except ValueError:
            broken.append(line)
    return Sheet(stream, path, list(rows[0]), rows, broken)


def _cell(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value


def _typed(sheet: Sheet) -> Sheet:
    stream, is_spanish = sheet.stream, sheet.stream.layout.delimiter == ";"
    at = _ES if is_spanish else _ISO
    readers: dict[str, Callable[[Any], Any]] = {}
    readers |= {name: lambda text: datetime.strptime(text, at) for name in stream.moments}
    readers |= {name: lambda text: datetime.strptime(text, _ES_DAY).date() for name in stream.dates}
    readers |= dict.fromkeys(stream.amounts, _amount)
    readers |= dict.fromkeys(stream.seconds, int)
    for row in sheet.rows:
        for name, read in readers.items():
            if row.get(name) not in (None, ""):
                row[name] = _read(read, row[name])
    return sheet


def _read(read: Callable[[Any], Any], value: Any) -> Any:
    try:
        return read(value)
    except (ValueError, TypeError, InvalidOperation):
        return value


def _amount(value: Any) -> Decimal:
    if isinstance(value, str):
        return Decimal(value.replace(".", "").replace(",", "."))
    return Decimal(str(value))


def _shown(sheet: Sheet, row: Row) -> Row:
    is_spanish = sheet.stream.layout.delimiter == ";"
    return {name: _text(value, is_spanish=is_spanish) for name, value in row.items()}


def _text(value: Any, *, is_spanish: bool) -> Any:
    if isinstance(value, datetime):
        return value.strftime(_ES if is_spanish else _ISO)
    if isinstance(value, date):
        return value.strftime(_ES_DAY) if is_spanish else value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:,.2f}".translate(str.maketrans(",.", ".,")) if is_spanish else str(value)
    return value
