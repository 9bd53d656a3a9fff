"""Fault 11, thrown at random: 2,400 corrupt files of every format, and no row of them lost.

For each file, by a count that shares nothing with the readers: either it is rejected with a reason, or its
rows are landed, quarantined or skipped, every one. Nothing raises. `EMBUDO_FUZZ_SEED` repeats a run; the seed is
printed where one fails, with the number of the file.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import random
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration import ingestion
from tests.unit.ingestion.factories import Company

SEED = int(os.environ.get("EMBUDO_FUZZ_SEED", "20261126"))
HEADER = ["id", "account", "day", "state", "note"]
COLUMNS = {
    "order_id": "id",
    "account_id": "account",
    "ordered_at": "day",
    "status": "state",
    "channel": "note",
}
NASTY = (
    "", " ", "NULL", "2026-02-30", "31/12/2026", "1.234,56", "=1+1", "a,b", 'say "hi"', "two\nlines", "tab\there",
    "ñandú 📞", "\u202eabc", "x" * 5000, "-", "0", "true", "completed", "9999-12-31", "'; drop table x; --",
)  # fmt: skip
BYTES = (
    b'"', b'""', b'","', b",", b"\x00", b"\xff", b"\xc3", b"\r", b"\n", b"\r\n", b"\n\n", b"\\", b"{", b"}", b"[",
    b"\xef\xbb\xbf", b"\xe2\x80\xae", b"'", b";", b"\t", b"\x1a", b"\x1f", b"\x1e", b"nan", b"\xed\xa0\x80",
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """A file, and its number of records by an independent count where that is known."""

    name: str
    content: bytes
    records: int | None


def table(chance: random.Random) -> list[list[str]]:
    """Rows of an orders export, some of whose cells are not what they should be."""
    rows = []
    for n in range(chance.choice((0, 1, 2, 5, 9))):
        row = [f"{n}", f"a{n}", f"2026-01-{n % 28 + 1:02}", "completed", f"note {n}"]
        for at in range(len(row)):
            if chance.random() < 0.08:
                row[at] = chance.choice(NASTY)
        rows.append(row)
    return rows


def as_csv(chance: random.Random, name: str) -> Case:
    rows = table(chance)
    for row in rows:
        if chance.random() < 0.05:
            row[:] = [*row, "more"] if chance.random() < 0.5 else row[:-1]
    out = io.StringIO()
    quoting = csv.QUOTE_ALL if chance.random() < 0.2 else csv.QUOTE_MINIMAL
    line_end = chance.choice(("\n", "\r\n"))
    csv.writer(out, lineterminator=line_end, quoting=quoting).writerows([HEADER, *rows])
    content = out.getvalue().encode()
    if chance.random() < 0.4:
        return Case(f"{name}.csv", content, len(rows))
    return Case(f"{name}.csv", corrupted(content, chance), None)


def as_jsonl(chance: random.Random, name: str) -> Case:
    lines = []
    for row in table(chance):
        record: dict[str, object] = dict(zip(HEADER, row, strict=True))
        if chance.random() < 0.1:
            record[chance.choice(HEADER)] = chance.choice(
                ({"a": [1, None]}, [1, 2], None, 1e308, 10**30, True, float("nan"))
            )
        if chance.random() < 0.1:
            del record[chance.choice(HEADER[1:])]
        lines.append(json.dumps(record, ensure_ascii=chance.random() < 0.5) + "\n")
    content = "".join(lines).encode()
    if chance.random() < 0.4:
        return Case(f"{name}.jsonl", content, len(lines))
    content = corrupted(content, chance)
    if chance.random() < 0.2:
        return Case(f"{name}.jsonl.gz", corrupted(gzip.compress(content, mtime=0), chance), None)
    # a record a line, whatever the line holds: blank ones are none
    records = sum(1 for line in content.split(b"\n") if line.removesuffix(b"\r"))
    only_returns = b"\r" in content and b"\n" not in content
    return Case(f"{name}.jsonl", content, None if only_returns else records)


def as_parquet(chance: random.Random, name: str) -> Case:
    rows = table(chance)
    names = list(HEADER)
    if chance.random() < 0.1:
        names[chance.randrange(5)] = chance.choice(("ID", "other", "", "note"))
    columns = list(zip(*rows, strict=True)) if rows else [()] * 5
    arrays: list[pa.Array] = [pa.array(list(values), pa.string()) for values in columns]
    if chance.random() < 0.3:
        kind = chance.choice(
            (pa.int64(), pa.float64(), pa.timestamp("us"), pa.list_(pa.int64()), pa.bool_())
        )
        arrays[chance.randrange(5)] = pa.array([None] * len(rows), kind)
    out = io.BytesIO()
    pq.write_table(
        pa.Table.from_arrays(arrays, names), out, compression=chance.choice(("none", "zstd"))
    )
    if chance.random() < 0.5:
        return Case(f"{name}.parquet", out.getvalue(), len(rows))
    return Case(f"{name}.parquet", corrupted(out.getvalue(), chance), None)


def as_xlsx(chance: random.Random, name: str) -> Case:
    rows = table(chance)
    book = openpyxl.Workbook()
    for row in [HEADER, *rows]:
        if not all(ord(sign) >= 32 or sign in "\t\n\r" for cell in row for sign in cell):
            continue
        book.active.append([cell if cell else None for cell in row])
        for cell in book.active[book.active.max_row]:
            if cell.value is not None:
                cell.data_type = "s"
    out = io.BytesIO()
    book.save(out)
    if chance.random() < 0.4:
        # a row of which nothing is filled in is none to a spreadsheet
        return Case(
            f"{name}.xlsx", out.getvalue(), None if any(not any(row) for row in rows) else len(rows)
        )
    if chance.random() < 0.5:
        return Case(f"{name}.xlsx", corrupted(out.getvalue(), chance), None)
    return Case(f"{name}.xlsx", corrupted_inside(out.getvalue(), chance), None)


def corrupted(content: bytes, chance: random.Random) -> bytes:
    """Bytes put in, taken out, changed, cut off or doubled."""
    data = bytearray(content)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(data) + 1)
        match chance.randrange(5):
            case 0:
                data[at:at] = chance.choice(BYTES)
            case 1:
                del data[at : at + chance.randint(1, 20)]
            case 2 if data:
                data[min(at, len(data) - 1)] = chance.randrange(256)
            case 3:
                del data[at:]
            case _:
                data += data[at : at + 200]
    return bytes(data)


def corrupted_inside(content: bytes, chance: random.Random) -> bytes:
    """A workbook whose archive is sound, with one corrupt part."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        names = old.namelist()
        hit = chance.choice([name for name in names if name.endswith(".xml")])
        for name in names:
            part = old.read(name)
            if name == hit:
                part = corrupted(part, chance) if chance.random() < 0.8 else b""
            new.writestr(name, part)
    return out.getvalue()


KINDS: dict[str, Callable[[random.Random, str], Case]] = {
    "csv": as_csv,
    "jsonl": as_jsonl,
    "parquet": as_parquet,
    "xlsx": as_xlsx,
}
CASES = {"csv": 1000, "jsonl": 600, "parquet": 500, "xlsx": 300}


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_no_row_of_a_corrupt_file_is_lost(company: Company, kind: str) -> None:
    """I3: rows in = landed + quarantined + skipped, or the file is rejected with a reason."""
    chance = random.Random(f"{SEED} {kind}")
    cases = {
        case.name: case for case in (KINDS[kind](chance, f"{n:04}") for n in range(CASES[kind]))
    }
    for case in cases.values():
        company.drop(case.name, case.content)
    company.map("orders", {"files": "*", "columns": COLUMNS})
    result = company.land()
    output = f"EMBUDO_FUZZ_SEED={SEED}, {kind}"

    aside = {rejected.file: rejected.reason for rejected in result.rejected_files}
    parts = counts(company)
    same = {name for name in cases if name not in aside and name not in parts}
    contents = {cases[name].content for name in parts} | {cases[name].content for name in aside}
    assert all(cases[name].content in contents for name in same), f"{output}: a file is nowhere"
    landed = dict(company.rows("select _file, count(*) from landing.orders group by 1"))
    waiting: dict[str, int] = {}
    for row in ingestion.quarantine.list_open(company.home):
        assert row.reason, f"{output}: {row.file} line {row.line} has no reason"
        assert row.line >= 1
        waiting[row.file] = waiting.get(row.file, 0) + 1
    for name, (read, rows_landed, quarantined, skipped) in parts.items():
        assert read == rows_landed + quarantined + skipped, f"{output}: {name}"
        assert landed.get(name, 0) == rows_landed, f"{output}: {name}"
        assert waiting.get(name, 0) == quarantined, f"{output}: {name}"
        known = cases[name].records
        if known is not None:
            assert read == known, f"{output}: {name} has {known} rows, {read} were read"
    for name, reason in aside.items():
        assert name in reason, f"{output}: {reason}"
        assert "Traceback" not in reason
        assert "Error:" not in reason
        assert len(reason) < 2000
    assert not company.land().loads, f"{output}: nothing is tried again"
    kept, rejected = len(parts), len(aside)
    rows = sum(part[0] for part in parts.values())
    print(f"{output}: {len(cases)} files, {kept} landed with {rows} rows, {rejected} rejected")
    assert kept > len(cases) / 4


def counts(company: Company) -> dict[str, tuple[int, int, int, int]]:
    """File to rows read, landed, quarantined and skipped, as the ledger has them."""
    with closing(sqlite3.connect(company.home.ledger)) as connection:
        rows = connection.execute(
            "select path, rows_read, rows_landed, rows_quarantined, rows_skipped from load_files"
        ).fetchall()
    return {row[0]: tuple(row[1:]) for row in rows}
