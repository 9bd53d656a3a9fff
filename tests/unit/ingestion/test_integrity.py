"""Landed files checked against the ledger; corrupt loads re-read, or discarded by a person."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.core.errors import LandingCorrupt
from orchestration.ingestion.integrity import (
    discard_corrupt_load,
    find_corrupt,
    require_intact,
    schedule_reread,
)
from orchestration.ingestion.ledger.seen_files import seen_files
from tests.unit.ingestion.factories import Company


@pytest.fixture
def landed(company: Company) -> tuple[Company, Path]:
    """A company with one load, and its landed file."""
    company.drop("a.csv", "id,name\n1,Ana\n")
    company.map("products", {"files": "*.csv", "columns": {"product_id": "id", "name": "name"}})
    [load] = company.land().loads
    folder = company.home.landing_of(source="crm", stream="products")
    return company, folder / f"{load.load_id}.parquet"


def faults(company: Company, *, hashed_bytes: int | None = None) -> list[str]:
    with company.ledger() as ledger:
        corrupt = find_corrupt(company.home, ledger, hashed_bytes=hashed_bytes)
    return [load.fault for load in corrupt]


def test_a_file_that_is_gone_or_has_other_bytes_is_corrupt(landed: tuple[Company, Path]) -> None:
    company, path = landed
    content = path.read_bytes()
    assert faults(company) == []
    path.write_bytes(content[:-1] + b"x")
    assert faults(company) == ["does not match its checksum"]
    assert faults(company, hashed_bytes=0) == [], "only sizes are checked beyond that many bytes"
    path.write_bytes(content + b"x")
    [fault] = faults(company, hashed_bytes=0)
    assert f"has {len(content) + 1:,} bytes, {len(content):,} were landed" == fault
    path.unlink()
    assert faults(company) == ["is gone"]


def test_files_of_a_corrupt_load_are_read_again_where_they_are_unchanged(
    landed: tuple[Company, Path],
) -> None:
    company, path = landed
    path.unlink()
    with company.ledger() as ledger:
        corrupt = find_corrupt(company.home, ledger)
        scheduled = schedule_reread(company.settings(), company.home, ledger, corrupt)
        assert [part.path for part in scheduled["crm", "products"]] == ["a.csv"]
        assert seen_files(ledger, source="crm", stream="products") == {}
        with pytest.raises(LandingCorrupt, match="did not land"):
            require_intact(ledger, corrupt)
        (company.inbox / "a.csv").write_text("id,name\n1,Eva\n")
        with pytest.raises(LandingCorrupt, match=r"a\.csv, which is no longer in the inbox"):
            schedule_reread(company.settings(), company.home, ledger, corrupt)


def test_only_a_corrupt_load_is_discarded(landed: tuple[Company, Path]) -> None:
    company, path = landed
    with pytest.raises(LandingCorrupt, match="is not corrupt: found none"):
        discard_corrupt_load(company.home, path.stem)
    path.unlink()
    assert discard_corrupt_load(company.home, path.stem).load_id == path.stem
    assert faults(company) == []
    assert company.rows("select count(*) from landing.products") == [(0,)]
