"""A file counts once; a changed mapping reads it again; a killed landing leaves nothing behind."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from pathlib import Path

import duckdb
import pytest

from orchestration import ingestion
from orchestration.core.errors import SourceError
from orchestration.ingestion.ledger.connection import Ledger
from orchestration.ingestion.ledger.runs import begin_refresh, end_refresh, recent_refreshes
from tests.unit.ingestion.making_company import Company

COLUMNS = {"product_id": "id", "name": "name"}
TEXT = "id,name,group\n1,Ana,x\n2,Luis,y\n"


def products(company: Company) -> list[tuple[object, ...]]:
    return company.rows("select product_id, category from landing.products order by 1")


def test_same_bytes_count_once_under_any_name(company: Company) -> None:
    company.drop("a.csv", TEXT)
    company.drop("b.csv", TEXT)
    company.map("products", {"files": "*.csv", "columns": COLUMNS})
    [load] = company.land().loads
    assert load.files == ("a.csv",)
    assert not company.land().loads
    company.drop("c.csv", TEXT)
    assert not company.land().loads
    (company.inbox / "a.csv").rename(company.inbox / "d.csv")
    assert not company.land().loads
    assert company.rows("select count(*) from landing.products") == [(2,)]


def test_nothing_new_reads_no_file(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """I10: a scan without news looks at names, sizes and times."""
    path = company.drop("a.csv", TEXT)
    company.map("products", {"files": "*.csv", "columns": COLUMNS})
    company.land()
    path.chmod(0)
    monkeypatch.setattr("hashlib.file_digest", lambda *_: pytest.fail("a file was read"))
    assert not company.land().loads
    path.chmod(0o600)


def test_touched_file_is_hashed_and_counts_once(company: Company) -> None:
    path = company.drop("a.csv", TEXT)
    company.map("products", {"files": "*.csv", "columns": COLUMNS})
    company.land()
    os.utime(path, (1, 1))
    assert not company.land().loads
    assert not company.land().loads


def test_changed_mapping_reads_landed_files_again(company: Company) -> None:
    company.drop("a.csv", TEXT)
    company.map("products", {"files": "*.csv", "columns": COLUMNS})
    [first] = company.land().loads
    company.map("products", {"files": "*.csv", "columns": {**COLUMNS, "category": "group"}})
    result = company.land()
    assert result.replaced_loads == (first.load_id,)
    assert products(company) == [("1", "x"), ("2", "y")]
    assert company.rows("select count(*) from landing.loads") == [(1,)]
    assert not company.land().loads


def test_changed_mapping_keeps_files_that_have_left_the_inbox(company: Company) -> None:
    company.drop("a.csv", TEXT)
    company.drop("b.csv", "id,name,group\n3,Eva,z\n")
    company.map("products", {"files": "*.csv", "columns": COLUMNS})
    [first] = company.land().loads
    (company.inbox / "a.csv").unlink()
    company.map("products", {"files": "*.csv", "columns": {**COLUMNS, "category": "group"}})
    assert company.land().replaced_loads == (first.load_id,)
    assert products(company) == [("1", None), ("2", None), ("3", "z")]


def test_another_selection_lands_alone(company: Company) -> None:
    company.drop("a.csv", TEXT)
    one = {"files": "*.csv", "columns": COLUMNS}
    other = {
        "files": "*.csv",
        "columns": {"product_id": {"sql": "'g-' || \"group\""}, "name": "group"},
    }
    company.map("products", one)
    company.land()
    company.map("products", one, other)
    result = company.land()
    assert not result.replaced_loads
    assert [row[0] for row in products(company)] == ["1", "2", "g-x", "g-y"]
    company.map("products", one)
    assert company.land().replaced_loads == (result.loads[0].load_id,)
    assert [row[0] for row in products(company)] == ["1", "2"]


def test_formatting_of_the_settings_changes_nothing(company: Company) -> None:
    company.drop("a.csv", TEXT)
    company.map("products", {"files": "*.csv", "columns": COLUMNS})
    company.land()
    company.map("products", {"files": ["*.csv"], "columns": COLUMNS, "format": {"type": None}})
    assert not company.land().loads


def test_leftovers_of_a_killed_landing_are_removed(company: Company) -> None:
    company.drop("a.csv", TEXT)
    company.map("products", {"files": "*.csv", "columns": COLUMNS})
    [load] = company.land().loads
    folder = company.home.landing_of(source="crm", stream="products")
    shutil.copy(folder / f"{load.load_id}.parquet", folder / "19990101T000000-000009.parquet")
    (folder / ".tmp-1-x.parquet").write_bytes(b"half")
    (company.home.work / "old").mkdir(parents=True)
    company.land()
    assert [path.name for path in folder.iterdir()] == [f"{load.load_id}.parquet"]
    assert not (company.home.work / "old").exists()


def test_a_stream_without_files_is_empty_and_typed(company: Company) -> None:
    company.map("products", {"files": "*.csv", "columns": COLUMNS})
    company.land()
    with company.warehouse() as connection:
        for stream in ingestion.load_contract().values():
            described = connection.execute(f"describe landing.{stream.name}").fetchall()
            found = [(name, kind.lower()) for name, kind, *_ in described]
            assert found == [(column.name, column.data_type) for column in stream.landed]


def test_data_as_of_is_the_latest_business_time_not_in_the_future(company: Company) -> None:
    company.drop("o.csv", "id,acc,day\n1,a,2026-03-01\n2,a,2026-02-01\n3,a,2099-01-01\n")
    company.map(
        "orders",
        {
            "files": "*.csv",
            "columns": {
                "order_id": "id",
                "account_id": "acc",
                "ordered_at": "day",
                "status": {"value": "open"},
            },
        },
        time_zone="Europe/Madrid",
    )
    company.top = {"time_zone": "Europe/Madrid"}
    company.land()
    query = "select as_of, as_of_on, load_seq, company, run_id from landing.settings"
    late = dt.datetime(2026, 2, 28, 23)
    assert company.rows(query) == [(late, dt.date(2026, 3, 1), 1, "Test", "run")]
    company.top = {"time_zone": "Europe/Madrid", "as_of": "2026-06-30"}
    assert company.rows(query)[0][:2] == (
        dt.datetime(2026, 6, 30, 21, 59, 59),
        dt.date(2026, 6, 30),
    )


def test_rows_say_where_they_come_from(company: Company) -> None:
    (company.inbox / "in").mkdir()
    company.drop("in/a.csv", "id,name,group\n1,Ana,x\n")
    company.map("products", {"files": "**/*.csv", "columns": COLUMNS}, currency="MXN")
    [load] = company.land().loads
    assert company.rows(
        "select _source, _key_source, _load_id, _load_seq, _loaded_at, _file, _line, _is_deleted, "
        "_extra, currency "
        "from landing.products"
    ) == [
        (
            "crm",
            "crm",
            load.load_id,
            1,
            load.landed_at,
            "in/a.csv",
            2,
            False,
            '{"group":"x"}',
            "MXN",
        )
    ]


def test_missing_inbox_is_named(company: Company) -> None:
    company.map("products", {"files": "*.csv", "columns": COLUMNS}, inbox="nowhere")
    with pytest.raises(SourceError, match=r"source crm is not there.*nowhere"):
        company.land()


def test_refreshes_are_kept(tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        begin_refresh(ledger, "r1", full=True)
        end_refresh(ledger, "r1", verdict="pass", release_id="rel", detail={"seconds": 3})
        begin_refresh(ledger, "r2", full=False)
        newest, oldest = recent_refreshes(ledger)
    assert (newest.run_id, newest.verdict, newest.ended_at) == ("r2", None, None)
    assert (oldest.verdict, oldest.release_id, oldest.full, oldest.detail) == (
        "pass",
        "rel",
        True,
        {"seconds": 3},
    )


def test_damaged_ledger_is_named(tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite").write_bytes(b"not a database at all" * 100)
    with pytest.raises(SourceError, match="ledger"):
        Ledger(tmp_path / "ledger.sqlite")


def test_landed_parquet_is_zstd(company: Company) -> None:
    company.drop("a.csv", TEXT)
    company.map("products", {"files": "*.csv", "columns": COLUMNS})
    [load] = company.land().loads
    path = company.home.landing_of(source="crm", stream="products") / f"{load.load_id}.parquet"
    found = duckdb.sql(f"select distinct compression from parquet_metadata('{path}')").fetchall()
    assert found == [("ZSTD",)]
