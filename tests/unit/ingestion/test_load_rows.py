"""What the data-trust metrics count: rows landed and quarantined, load by load."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration import ingestion
from tests.unit.ingestion.factories import Company

COLUMNS = {"order_id": "id", "account_id": "acc", "ordered_at": "day", "status": "status"}
HEADER = "id,acc,day,status\n"
GOOD = "1,a,2026-01-01,completed\n2,a,2026-01-02,completed\n3,a,2026-01-03,completed\n"
BROKEN = "4,a,mañana,completed\n5,a,ayer,completed\n,a,2026-01-05,completed\n"


@pytest.fixture
def company(tmp_path: Path) -> Company:
    return Company(tmp_path).map("orders", {"files": "orders*.csv", "columns": COLUMNS})


def counted(company: Company) -> list[tuple[object, ...]]:
    """Rows by load in order, outcome and the column that is at fault."""
    return company.rows(
        "select dense_rank() over (order by load_id), outcome, split_part(reason, ':', 1), "
        "sum(row_count) from landing.load_rows group by load_id, outcome, 3 order by 1, 2, 3"
    )


def test_rows_read_are_rows_landed_and_quarantined(company: Company) -> None:
    """I3, as the metrics count it: by load, and by reason."""
    company.drop("orders.csv", HEADER + GOOD + BROKEN)
    [load] = company.land().loads
    assert counted(company) == [
        (1, "landed", None, 3),
        (1, "quarantined", "order_id", 1),
        (1, "quarantined", "ordered_at", 2),
    ]
    assert load.rows_read == 6


def test_repaired_rows_stay_counted_where_they_were_quarantined(company: Company) -> None:
    company.drop("orders.csv", HEADER + GOOD + BROKEN)
    company.land()
    company.drop("orders.repaired.csv", HEADER + "4,a,2026-01-04,completed\n")
    company.land()
    assert company.quarantine() == []
    assert counted(company) == [
        (1, "landed", None, 3),
        (1, "quarantined", "order_id", 1),
        (1, "quarantined", "ordered_at", 2),
        (2, "landed", None, 1),
    ]


def test_reread_files_count_as_they_were_read_last(company: Company) -> None:
    company.drop("orders.csv", HEADER + GOOD + BROKEN)
    company.land()
    company.map("orders", {"files": "orders*.csv", "columns": COLUMNS | {"deal_id": "id"}})
    company.land()
    assert counted(company) == [
        (1, "landed", None, 3),
        (1, "quarantined", "order_id", 1),
        (1, "quarantined", "ordered_at", 2),
    ]


def test_a_load_without_a_good_row_counts_nothing_landed(company: Company) -> None:
    company.drop("orders.csv", HEADER + BROKEN)
    company.land()
    assert counted(company)[0] == (1, "landed", None, 0)


def test_quarantined_rows_whose_bytes_are_gone_have_no_reason(company: Company) -> None:
    """The ledger's count stays when the rows themselves have been erased."""
    import duckdb

    company.drop("orders.csv", HEADER + GOOD + BROKEN)
    company.land()
    [file] = (company.root / "home").rglob("quarantine/**/*.parquet")
    duckdb.execute(
        f"copy (select * from '{file}' where reason like 'ordered_at%') to '{file}.new' (format parquet)"
    )
    Path(f"{file}.new").replace(file)
    assert counted(company) == [
        (1, "landed", None, 3),
        (1, "quarantined", "ordered_at", 2),
        (1, "quarantined", None, 1),
    ]


def test_the_same_files_a_week_later_say_the_same(
    company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As-of metrics go by the data, not by the clock: what models read differs in when it landed alone."""
    from datetime import datetime, timedelta

    later = Company(tmp_path / "later")
    later.root.mkdir()
    later.map("orders", {"files": "orders*.csv", "columns": COLUMNS})
    for landed_company in (company, later):
        landed_company.drop("orders.csv", HEADER + GOOD)

    class NextWeek(datetime):
        @classmethod
        def now(cls, tz=None):  # type: ignore[no-untyped-def]
            return datetime.now(tz) + timedelta(days=7)

    company.land()
    monkeypatch.setattr(ingestion.stream_landing, "datetime", NextWeek)
    later.land()
    query = (
        "select s.as_of, s.as_of_on, o.* exclude (_load_id, _loaded_at) "
        "from landing.settings as s, landing.orders as o order by order_id"
    )
    assert company.rows(query) == later.rows(query)
    (first,), (second,) = (
        landed_company.rows("select max(landed_at) from landing.loads")
        for landed_company in (company, later)
    )
    assert second[0] - first[0] >= timedelta(days=6)
