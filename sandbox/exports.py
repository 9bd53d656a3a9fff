"""Writing the company's rows as the files that its tools would export.

A finished month is one file (`pedidos_2026-03.parquet`); the days of a month that is not over are one file each
(`pedidos_2026-03-16.parquet`), so that files are only ever added. What the files look like stands in `layout`.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from sandbox.clock import EPOCH, NONE, Array, day_number
from sandbox.company import Company
from sandbox.defects import Defect, defect_key, insert_defects, plan_defects, with_repeats
from sandbox.frames import Frame, lookup
from sandbox.layout import LAYOUTS, Layout, macros, selects
from sandbox.workbook import Cell, write_workbook

SHEET = "Inversión"
_ZIPPED = "events_"
_BATCH_ROWS = 250_000


@dataclass(frozen=True)
class Written:
    """One file: its rows (broken ones too), and the line and reason of each broken defect."""

    source: str
    stream: str
    file: str
    """Relative to the inbox."""
    rows: int
    broken: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class Export:
    """One stream as it is exported: its rows in the order in which they are seen, and its broken lines."""

    layout: Layout
    frame: Frame
    broken: Sequence[Defect]


def exports_of(company: Company) -> list[Export]:
    """Every stream with its repeats, sorted by the day on which rows are first seen."""
    exports = []
    for layout in LAYOUTS:
        is_mailings = (layout.source, layout.stream) == ("mailer", "campaigns")
        frame = company.streams["mailings" if is_mailings else layout.stream]
        frame = with_repeats(layout.stream, frame, seed=company.seed)
        frame = frame.take(np.argsort(frame.exported_on, kind="stable"))
        broken = plan_defects(layout, frame, company.clock, seed=company.seed)
        exports.append(Export(layout, frame, broken))
    return exports


def spans(first_day: int, start: int, until: int) -> Iterator[tuple[str, int, int]]:
    """Name, first and last day of each file from `start` up to and with `until`.

    From the company's first day on, finished months come whole; else every day is a file.
    """
    day = start
    while day <= until:
        at = EPOCH + timedelta(days=day)
        following = date(at.year + at.month // 12, at.month % 12 + 1, 1)
        last = day_number(following) - 1
        if start == first_day and last <= until:
            yield f"{at:%Y-%m}", day, last
            day = last + 1
        else:
            yield f"{at:%Y-%m-%d}", day, day
            day += 1


def write_files(
    company: Company, exports: Sequence[Export], inbox: Path, *, start: int, until: int
) -> list[Written]:
    """Write all that exports show from day `start` up to and with day `until`."""
    written = []
    named = list(spans(company.clock.first_day, start, until))
    with duckdb.connect() as connection:
        # Below this, threads wait for one another longer than they work.
        threads = 2 if len(company.emails.events) > 100_000 else 1
        connection.execute(f"set threads = {threads}; set enable_progress_bar = false")
        words = selects()
        for macro in macros():
            connection.execute(macro)
        for export in exports:
            select = words[(export.layout.source, export.layout.stream)]
            for batch in _batches(export.frame, named):
                written += _write_batch(connection, company, inbox, export, batch, select)
    return written


Span = tuple[str, int, int]


def _batches(frame: Frame, named: Sequence[Span]) -> Iterator[list[Span]]:
    """Files written together: their rows are turned into words at once, a bounded number at a time."""
    batch: list[Span] = []
    rows = 0
    for name, first, last in named:
        low, high = np.searchsorted(frame.exported_on, [first, last + 1])
        if batch and rows + high - low > _BATCH_ROWS:
            yield batch
            batch, rows = [], 0
        if high > low:
            batch.append((name, first, last))
            rows += int(high - low)
    if batch:
        yield batch


def _write_batch(
    connection: duckdb.DuckDBPyConnection,
    company: Company,
    inbox: Path,
    export: Export,
    batch: Sequence[Span],
    select: str,
) -> list[Written]:
    layout, exported_on = export.layout, export.frame.exported_on
    begin = int(np.searchsorted(exported_on, batch[0][1]))
    end = int(np.searchsorted(exported_on, batch[-1][2] + 1))
    frame = export.frame.take(np.arange(begin, end, dtype=np.int64))
    connection.register("rows", _arrow(company, layout, frame))
    connection.execute(f"create or replace temp table shown as {select}")
    connection.unregister("rows")
    written = []
    for name, first, last in batch:
        low, high = (int(np.searchsorted(exported_on, day)) - begin for day in (first, last + 1))
        broken = [defect for defect in export.broken if first <= defect.day <= last]
        shown = f"select * from shown where rowid >= {low} and rowid < {high} order by rowid"
        path, marks = _write(connection, inbox, layout, name, shown, high - low, broken)
        file = path.relative_to(inbox).as_posix()
        written.append(
            Written(layout.source, layout.stream, file, high - low + len(marks), tuple(marks))
        )
    return written


def _write(
    connection: duckdb.DuckDBPyConnection,
    inbox: Path,
    layout: Layout,
    name: str,
    shown: str,
    count: int,
    broken: Sequence[Defect],
) -> tuple[Path, list[tuple[int, str]]]:
    folder = inbox / layout.folder
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{layout.stem}_{name}.{layout.kind}"
    if layout.kind == "xlsx":
        return path, _write_sheet(connection, shown, path, broken)
    if layout.kind == "parquet":
        return path, _write_parquet(connection, layout, shown, path, count, broken)
    options = (
        f"format csv, header, delimiter '{layout.delimiter}'"
        if layout.kind == "csv"
        else "format json"
    )
    connection.execute(f"copy ({shown}) to '{_sql(path)}' ({options})")
    marks = _finish_text(layout, path, broken)
    if f"{layout.stem}_" == _ZIPPED and name.endswith("-07"):
        path = _zip(path)
    return path, marks


def _arrow(company: Company, layout: Layout, rows: Frame) -> pa.Table:
    columns = {**rows.columns, **_widened(company, layout, rows)}
    if layout.local_times:
        columns = {
            name: company.clock.to_local(values) if name.endswith("_at") else values
            for name, values in columns.items()
        }
    return pa.table({name: _arrow_column(values) for name, values in columns.items()})


def _arrow_column(values: Array) -> pa.Array:
    """Without `pa.array`, which would import pandas."""
    whole = np.ascontiguousarray(values, dtype=np.int64)
    return pa.Array.from_buffers(pa.int64(), len(whole), [None, pa.py_buffer(whole)])


def _widened(company: Company, layout: Layout, rows: Frame) -> Mapping[str, Array]:
    """What a tool shows beside its own columns: of messages and of contacts."""
    names = company.customers.contacts["name"]
    if layout.stream == "email_events":
        messages = company.emails.messages
        shown: dict[str, Array] = {
            name: messages[name][rows["message"]]
            for name in ("mailing", "contact", "stranger", "writing", "names_contact")
        }
        return shown | {"contact_name": lookup(names, shown["contact"], NONE)}
    if layout.stream in ("leads", "social_interactions"):
        return {"contact_name": lookup(names, rows["contact"], NONE)}
    return {}


def _finish_text(layout: Layout, path: Path, broken: Sequence[Defect]) -> list[tuple[int, str]]:
    if not broken and layout.encoding == "utf-8":
        return []
    data = path.read_bytes()
    if layout.encoding != "utf-8":
        data = data.decode().encode(layout.encoding)
    marks: list[tuple[int, str]] = []
    if broken:
        data, marks = insert_defects(layout, data, broken)
    path.write_bytes(data)
    return marks


def _zip(path: Path) -> Path:
    zipped = path.with_name(path.name + ".gz")
    with (
        path.open("rb") as plain,
        zipped.open("wb") as raw,
        gzip.GzipFile("", "wb", 6, raw, mtime=0) as out,
    ):
        while block := plain.read(1 << 20):
            out.write(block)
    path.unlink()
    return zipped


def _write_parquet(
    connection: duckdb.DuckDBPyConnection,
    layout: Layout,
    shown: str,
    path: Path,
    count: int,
    broken: Sequence[Defect],
) -> list[tuple[int, str]]:
    select = f"select * from ({shown})"
    marks: list[tuple[int, str]] = []
    for defect in broken:
        change = f"'{defect_key(defect)}' as {layout.identity}"
        if defect.reason == "no_customer":
            change += ", null as account_id, null as contact_id"
        elif defect.reason == "unknown_value":
            change += f", 'Quizá' as {layout.choice}"
        else:
            change += ", null as sku"
        select += f" union all select * from (select * replace ({change}) from ({shown}) limit 1)"
        marks.append((count + len(marks) + 1, defect.reason))
    connection.execute(f"copy ({select}) to '{_sql(path)}' (format parquet, compression zstd)")
    return marks


def _write_sheet(
    connection: duckdb.DuckDBPyConnection, shown: str, path: Path, broken: Sequence[Defect]
) -> list[tuple[int, str]]:
    result = connection.execute(shown)
    header = [str(column[0]) for column in result.description or []]
    rows: list[list[Cell]] = []
    for day, channel, campaign, cents in result.fetchall():
        rows.append([EPOCH + timedelta(days=day), channel, campaign, cents / 100])
    marks = []
    for defect in broken:
        day = EPOCH + timedelta(days=defect.day)
        cells: list[Cell] = [day, "otros", defect_key(defect), "pendiente"]
        if defect.reason == "missing_value":
            cells = [day, None, defect_key(defect), 10]
        rows.append(cells)
        marks.append((len(rows) + 1, defect.reason))
    write_workbook(path, sheet=SHEET, header=header, rows=rows)
    return marks


def _sql(path: Path) -> str:
    return str(path).replace("'", "''")
