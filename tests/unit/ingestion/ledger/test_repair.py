"""A ledger that is corrupt or gone: found, and rebuilt without losing a load."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from orchestration.ingestion.ledger.backup import BACKUP
from orchestration.ingestion.ledger.loads import all_loads, load_digests
from orchestration.ingestion.ledger.repair import CORRUPT, ledger_fault, repair_ledger
from tests.unit.ingestion.factories import Company

PRODUCTS = {"files": "*.csv", "columns": {"product_id": "id", "name": "name"}}


def landed(folder: Path, *files: str) -> Company:
    """One load per file."""
    company = Company(folder).map("products", PRODUCTS)
    for name in files:
        company.drop(name, f"id,name\n{name},x\n")
        company.land()
    return company


def snapshot(company: Company) -> tuple[list[object], dict[str, str]]:
    with company.ledger() as ledger:
        return list(all_loads(ledger)), dict(load_digests(ledger))


def test_what_is_wrong_with_a_ledger_is_named(tmp_path: Path) -> None:
    company = landed(tmp_path, "a.csv")
    ledger = company.home.ledger
    assert ledger_fault(ledger) == ""
    assert ledger_fault(tmp_path / "none.sqlite") == "is gone"
    with closing(sqlite3.connect(tmp_path / "other.sqlite")) as db:
        db.execute("create table something (x)")
    assert ledger_fault(tmp_path / "other.sqlite") == "has lost its tables"
    with closing(sqlite3.connect(ledger)) as db:
        db.execute("delete from loads")
        db.commit()
    assert ledger_fault(ledger) == "has 1 file(s) of loads that it does not know"
    ledger.write_bytes(b"not a database" * 1000)
    assert ledger_fault(ledger).startswith("cannot be read")


def test_an_intact_ledger_and_a_new_home_are_left_alone(tmp_path: Path) -> None:
    assert repair_ledger(Company(tmp_path).home) == ""
    company = landed(tmp_path, "a.csv")
    content = company.home.ledger.read_bytes()
    assert repair_ledger(company.home) == ""
    assert company.home.ledger.read_bytes() == content


@pytest.mark.parametrize("is_there", [True, False])
def test_it_is_rebuilt_from_its_backup(tmp_path: Path, is_there: bool) -> None:
    company = landed(tmp_path, "a.csv", "b.csv")
    before = snapshot(company)
    company.home.ledger.unlink()
    if is_there:
        company.home.ledger.write_bytes(b"not a database" * 1000)
    done = repair_ledger(company.home)
    assert "rebuilt from its backup" in done
    assert snapshot(company) == before
    assert (company.home.root / CORRUPT).exists() == is_there


def test_without_a_backup_landed_files_know_their_loads(tmp_path: Path) -> None:
    company = landed(tmp_path, "a.csv", "b.csv")
    before = snapshot(company)
    company.home.ledger.unlink()
    (company.home.root / BACKUP).unlink()
    assert "2 load(s) from the records in their files" in repair_ledger(company.home)
    assert snapshot(company) == before
    assert company.land().loads == (), "nothing is landed twice"


def test_loads_after_the_backup_are_adopted(tmp_path: Path) -> None:
    company = landed(tmp_path, "a.csv")
    older = (company.home.root / BACKUP).read_bytes()
    company.drop("b.csv", "id,name\n2,x\n")
    company.land()
    before = snapshot(company)
    (company.home.root / BACKUP).write_bytes(older)
    company.home.ledger.unlink()
    done = repair_ledger(company.home)
    assert "rebuilt from its backup, 1 load(s) from the records in their files" in done
    assert snapshot(company) == before


def test_an_empty_ledger_beside_a_full_backup_is_not_believed(tmp_path: Path) -> None:
    """A ledger of another moment: taken for true, the next landing would remove every landed file."""
    company = landed(tmp_path, "a.csv")
    before = snapshot(company)
    with closing(sqlite3.connect(company.home.ledger)) as db:
        db.execute("delete from load_files")
        db.execute("delete from loads")
        db.commit()
    assert "knows no load, and its backup does" in repair_ledger(company.home)
    assert snapshot(company) == before
