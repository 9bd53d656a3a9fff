"""Which rows count that another mapping landed: those whose file is gone."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.ingestion import Ledger
from orchestration.ingestion.mapping_versions import loads_of_other_mappings, mapping_versions
from tests.unit.ingestion.factories import Company


@pytest.fixture
def company(tmp_path: Path) -> Company:
    columns: dict[str, object] = {
        "call_id": "id",
        "started_at": "at",
        "direction": {"value": "inbound"},
    }
    columns["disposition"] = {"value": "answered"}
    selection = {"files": "calls_*.csv", "columns": columns}
    return Company(tmp_path).map("calls", selection, format={"type": "csv"})


def others(company: Company) -> list[tuple[str, str]]:
    with Ledger(company.home.ledger) as ledger:
        return list(loads_of_other_mappings(company.settings(), ledger))


def test_a_stream_has_a_version_for_each_way_of_reading(company: Company) -> None:
    before = mapping_versions(company.settings())
    assert list(before) == [("crm", "calls")]
    company.source["time_zone"] = "America/Mexico_City"
    after = mapping_versions(company.settings())
    assert after.keys() == before.keys()
    assert after != before


def test_files_that_are_there_are_read_again_and_others_stay_as_they_were(company: Company) -> None:
    company.drop("calls_a.csv", "id,at\n1,2026-06-30T10:00:00\n")
    company.land()
    assert others(company) == []
    company.source["time_zone"] = "America/Mexico_City"
    assert others(company) == [("crm", "calls")], "until they are read again"
    company.land()
    assert others(company) == []
    (company.inbox / "calls_a.csv").unlink()
    company.source["time_zone"] = "UTC"
    company.land()
    assert others(company) == [("crm", "calls")]
