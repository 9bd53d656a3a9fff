"""Fault 12: the same file twice, renamed, or truncated and sent again in full.

It counts once; a truncated file is rejected, and the full one that follows lands.
"""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration.ingestion.ledger.rejected_files import open_rejected_files
from tests.unit.ingestion.factories import Company

COLUMNS = {"product_id": "id", "name": "name", "unit_price": "price"}
ROWS = [(f"p{n}", f"Product {n}", f"{n}.50") for n in range(1, 101)]


def as_csv() -> bytes:
    lines = ["id,name,price", *(",".join(row) for row in ROWS)]
    return "\n".join(lines).encode() + b"\n"


def as_json() -> bytes:
    lines = (f'{{"id": "{a}", "name": "{b}", "price": {c}}}\n' for a, b, c in ROWS)
    return "".join(lines).encode()


def as_parquet() -> bytes:
    out = io.BytesIO()
    columns = zip(("id", "name", "price"), zip(*ROWS, strict=True), strict=True)
    pq.write_table(pa.table({name: list(values) for name, values in columns}), out)
    return out.getvalue()


def as_xlsx() -> bytes:
    book = openpyxl.Workbook()
    for row in (("id", "name", "price"), *ROWS):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


KINDS: dict[str, Callable[[], bytes]] = {
    "csv": as_csv,
    "jsonl": as_json,
    "csv.gz": lambda: gzip.compress(as_csv()),
    "parquet": as_parquet,
    "xlsx": as_xlsx,
}


def counted(company: Company) -> tuple[int, int]:
    [(rows, keys)] = company.rows(
        "select count(*), count(distinct product_id) from landing.products"
    )
    return rows, keys


@pytest.mark.parametrize("kind", KINDS)
def test_twice_and_renamed(company: Company, kind: str) -> None:
    whole = KINDS[kind]()
    company.map("products", {"files": "*", "columns": COLUMNS})
    company.drop(f"products.{kind}", whole)
    company.drop(f"products (1).{kind}", whole)
    company.land()
    assert counted(company) == (100, 100)
    (company.inbox / f"products.{kind}").rename(company.inbox / f"old.{kind}")
    company.drop(f"new.{kind}", whole)
    assert not company.land().loads
    assert counted(company) == (100, 100)


@pytest.mark.parametrize("share", [0.35, 0.5, 0.99])
@pytest.mark.parametrize("kind", KINDS)
def test_cut_short_and_sent_again_whole(company: Company, kind: str, share: float) -> None:
    whole = KINDS[kind]()
    cut = whole[: int(len(whole) * share)]
    if kind in ("csv", "jsonl"):
        cut = whole[: cut.rfind(b"\n") + (8 if kind == "jsonl" else 5)]
    company.map("products", {"files": "*", "columns": COLUMNS})
    company.drop(f"products.{kind}", cut)
    result = company.land()
    assert not result.loads
    [aside] = result.rejected_files
    assert aside.file == f"products.{kind}"
    assert "cut short" in aside.reason
    assert counted(company) == (0, 0)
    assert not company.land().rejected_files

    company.drop(f"products.{kind}", whole)
    assert not company.land().rejected_files
    assert counted(company) == (100, 100)
    with company.ledger() as ledger:
        assert open_rejected_files(ledger) == []


def test_no_line_break_at_the_end_is_no_cut(company: Company) -> None:
    """Many tools leave it out: where the last line reads well, the file counts as complete."""
    company.map("products", {"files": "*", "columns": COLUMNS})
    company.drop("products.csv", as_csv().rstrip(b"\n"))
    assert not company.land().rejected_files
    assert counted(company) == (100, 100)
