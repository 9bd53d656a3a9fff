"""Fault 11: malformed rows. The rest lands; each bad row waits in quarantine with file, line and reason."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration import ingestion
from tests.unit.ingestion.factories import Company

COLUMNS = {"invoice_id": "id", "invoiced_on": "day", "amount": "eur", "account_id": "who"}
GOOD = b"%d,2026-03-%02d,12.50,a"
BAD: dict[int, tuple[bytes, str]] = {
    # of a hundred rows, number -> (bytes, what the reason contains)
    7: (b'7,2026-03-07,12.50,"a"b', "a closing quote is followed by other text"),
    11: (b"11,2026-03-11,12.50", "found 3 fields, expected 4"),
    19: (b"19,2026-03-19,12.50,a,b", "found 5 fields, expected 4"),
    23: (b"23,2026-03-23,12.50,caf\xe9", "byte 0xe9 is not UTF-8"),
    31: (b"31,2026-02-30,12.50,a", "found '2026-02-30', expected a date"),
    37: (b"37,0000-00-00,12.50,a", "found '0000-00-00', expected a date"),
    41: (b"41,2026-03-01,1.234.56,a", "found '1.234.56', expected a number"),
    43: (b'43,2026-03-01,"1.234,56",a', "found '1.234,56', expected a number (decimal mark '.')"),
    47: (b"47,2026-03-01,12.50,a\x00b", "a NUL byte"),
    53: (b"53,2026-03-01,12.50," + b"x" * (11 << 20), "the record is longer than 10 MB"),
    59: (b",2026-03-01,12.50,a", "invoice_id: is empty, and it is required"),
    61: (b"61,2026-03-01,NaN,a", "found 'NaN', expected a number"),
    67: (b"67,2026-03-01,1e400,a", "found '1e400', expected a number"),
    71: (b"71,2026-03-01,12.50,a\rb", "a carriage return in the middle of the line"),
    97: (b'97,2026-03-03,12.50,"a', "a quote is opened and never closed"),
}


def test_every_kind_in_one_csv(company: Company) -> None:
    rows = [BAD[n][0] if n in BAD else GOOD % (n, n % 28 + 1) for n in range(1, 101)]
    company.drop("invoices.csv", b"id,day,eur,who\n" + b"\n".join(rows) + b"\n")
    company.map("invoices", {"files": "*.csv", "columns": COLUMNS})
    result = company.land()
    assert not result.rejected_files
    [load] = result.loads
    assert (load.rows_read, load.rows_landed, load.rows_quarantined) == (
        100,
        100 - len(BAD),
        len(BAD),
    )
    quarantined = ingestion.quarantine.list_open(company.home)
    assert [(row.file, row.line) for row in quarantined] == [("invoices.csv", n + 1) for n in BAD]
    for row, (raw, reason) in zip(quarantined, BAD.values(), strict=True):
        assert reason in row.reason
        if b"\xe9" not in raw:
            assert row.raw == raw.decode(), "no byte of it is lost"
    kept = company.rows(
        "select list(cast(invoice_id as integer) order by cast(invoice_id as integer)) from landing.invoices"
    )
    assert kept[0][0] == [n for n in range(1, 101) if n not in BAD]


def test_in_json_lines(company: Company) -> None:
    good = [json.dumps({"id": n, "day": "2026-03-01", "eur": 12.5, "who": "a"}) for n in range(20)]
    good[3] = '{"id": 3, "day": "2026-03-01", "eur": 12.5'
    good[5] = '["not", "an", "object"]'
    good[7] = '{"id": 7, "day": "2026-02-31", "eur": 12.5}'
    good[9] = '{"id": {"deep": 9}, "day": "2026-03-01", "eur": "NaN"}'
    company.drop("invoices.jsonl", "\n".join(good) + "\n")
    company.map("invoices", {"files": "*.jsonl", "columns": COLUMNS})
    [load] = company.land().loads
    assert (load.rows_landed, load.rows_quarantined) == (16, 4)
    assert [line for line, _ in company.quarantine()] == [4, 6, 8, 10]
    reasons = [reason for _, reason in company.quarantine()]
    for reason, word in zip(
        reasons, ("not a JSON", "not a JSON", "2026-02-31", "NaN"), strict=True
    ):
        assert word in reason


@pytest.mark.parametrize("kind", ["xlsx", "parquet"])
def test_in_files_that_carry_types(company: Company, kind: str) -> None:
    days = ["2026-03-01"] * 20
    days[4], days[9] = "30/02/2026", "someday"
    amounts: list[str | None] = ["12.50"] * 20
    amounts[14], amounts[15] = "1.234,56", None
    rows = [[f"i{n}", days[n], amounts[n], "a"] for n in range(20)]
    path = company.inbox / f"invoices.{kind}"
    if kind == "xlsx":
        book = openpyxl.Workbook()
        for row in (["id", "day", "eur", "who"], *rows):
            book.active.append(row)
        book.save(path)
    else:
        write(path, rows)
    company.map("invoices", {"files": f"*.{kind}", "columns": COLUMNS})
    [load] = company.land().loads
    assert (load.rows_landed, load.rows_quarantined) == (16, 4)
    first = 2 if kind == "xlsx" else 1
    assert [line for line, _ in company.quarantine()] == [n + first for n in (4, 9, 14, 15)]
    assert "found '30/02/2026'" in company.quarantine()[0][1]


def write(path: Path, rows: list[list[str | None]]) -> None:
    columns = dict(zip(("id", "day", "eur", "who"), zip(*rows, strict=True), strict=True))
    pq.write_table(pa.table({name: list(values) for name, values in columns.items()}), path)
