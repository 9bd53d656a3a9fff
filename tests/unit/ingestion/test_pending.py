"""Files that the next refresh will read."""

from __future__ import annotations

import pytest

from orchestration.core.errors import SourceError
from orchestration.ingestion.pending import PendingFile, pending_files
from orchestration.settings.workspace import Workspace
from tests.unit.ingestion.factories import Company

COLUMNS = {"product_id": "id", "name": "name"}
TEXT = "id,name,group\n1,Ana,x\n"


def pending(company: Company) -> list[PendingFile]:
    return pending_files(Workspace(settings=company.settings(), home=company.home))


def test_files_are_pending_until_they_have_landed(company: Company) -> None:
    company.drop("a.csv", TEXT)
    company.map("products", {"files": "*.csv", "columns": COLUMNS})
    assert pending(company) == [PendingFile("crm", "products", "a.csv", len(TEXT))]
    company.land()
    assert pending(company) == []


def test_a_changed_mapping_makes_a_file_pending_again(company: Company) -> None:
    company.drop("a.csv", TEXT)
    company.map("products", {"files": "*.csv", "columns": COLUMNS})
    company.land()
    company.map("products", {"files": "*.csv", "columns": {**COLUMNS, "category": "group"}})
    assert [item.file for item in pending(company)] == ["a.csv"]


def test_a_missing_inbox_is_named(company: Company) -> None:
    company.map("products", {"files": "*.csv", "columns": COLUMNS}, inbox="elsewhere")
    with pytest.raises(SourceError, match="elsewhere"):
        pending(company)


def test_a_file_whose_name_is_of_no_format_is_named(company: Company) -> None:
    for name in ("a.numbers", "a.sav", "a.log", "queue.log.1", "queue_log", "q.log.2026-01-31.gz"):
        company.drop(name, TEXT + name)
    company.map("products", {"files": "*", "columns": COLUMNS})
    faults = {item.file: item.fault for item in pending(company) if item.fault}
    assert set(faults) == {"a.numbers", "a.sav"}
    assert ".csv" in faults["a.sav"] and ".xlsx" in faults["a.sav"]
    assert "`format.type`" in faults["a.sav"]
    company.source["format"] = {"type": "csv"}
    assert [item.file for item in pending(company) if item.fault] == []
