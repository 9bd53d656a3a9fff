"""One stream landed: what counts, what is rejected, and that nothing counts by half."""

from __future__ import annotations

import errno
from dataclasses import replace

import pytest

from orchestration.core.errors import ResourceExhausted
from orchestration.ingestion import stream_landing
from orchestration.ingestion.inbox import StreamChanges, scan
from orchestration.ingestion.ledger.connection import Ledger
from orchestration.ingestion.ledger.loads import all_loads
from orchestration.ingestion.stream_landing import LandedStream, LandingContext, land_stream
from orchestration.settings.contract_loading import load_contract
from tests.reporters import RecordingReporter
from tests.unit.ingestion.factories import Company

MAPPING = {"files": "*.csv", "columns": {"product_id": "id", "name": "name"}}
PRODUCTS = load_contract()["products"]


def changes_of(company: Company, ledger: Ledger) -> StreamChanges:
    return scan(company.settings(), company.home, source="crm", stream=PRODUCTS, ledger=ledger)


def land(
    company: Company, ledger: Ledger, changes: StreamChanges, reporter: RecordingReporter
) -> LandedStream:
    company.home.prepare()
    context = LandingContext(
        settings=company.settings(), home=company.home, ledger=ledger, run_id="run",
        report=reporter, forgotten=frozenset(), key=None, at_once=1,
    )  # fmt: skip
    return land_stream(context, PRODUCTS, changes, load_seq=len(all_loads(ledger)) + 1)


@pytest.fixture
def reporter() -> RecordingReporter:
    return RecordingReporter()


def test_files_land_as_one_load_and_a_bad_one_stops_no_other(
    company: Company, reporter: RecordingReporter
) -> None:
    company.drop("a.csv", "id,name\n1,Ana\n,nobody\n")
    company.drop("b.csv", "something,else\n1,2\n")
    company.drop("c.csv", "id,name\n2,Luis\n")
    company.map("products", MAPPING)
    company.home.prepare()
    with company.ledger() as ledger:
        landed = land(company, ledger, changes_of(company, ledger), reporter)
        assert all_loads(ledger) == [landed.load]
    load = landed.load
    assert load is not None
    assert load.files == ("a.csv", "c.csv")
    assert (load.rows_read, load.rows_landed, load.rows_quarantined) == (3, 2, 1)
    assert [rejected.file for rejected in landed.rejected] == ["b.csv"]
    assert "crm.products: 2 rows of 2 files, 1 quarantined" in reporter.details
    assert list(company.home.work.iterdir()) == []


def test_a_file_that_is_still_being_written_waits(
    company: Company, reporter: RecordingReporter
) -> None:
    company.drop("a.csv", "id,name\n1,Ana\n")
    company.map("products", MAPPING)
    company.home.prepare()
    with company.ledger() as ledger:
        changes = changes_of(company, ledger)
        grown = tuple(replace(file, size=file.size - 1) for file in changes.pending)
        landed = land(company, ledger, replace(changes, pending=grown), reporter)
        assert (landed.load, landed.rejected) == (None, ())
        assert [file.path for file in changes_of(company, ledger).pending] == ["a.csv"]


def test_columns_that_earlier_files_lacked_are_reported_once(
    company: Company, reporter: RecordingReporter
) -> None:
    company.map("products", MAPPING)
    company.home.prepare()
    with company.ledger() as ledger:
        for name, header in (("a.csv", "id,name"), ("b.csv", "id,name,colour")):
            company.drop(
                name,
                f"{header}\n{name},x,{'' if name == 'a.csv' else 'red'}\n".replace(",\n", "\n"),
            )
            landed = land(company, ledger, changes_of(company, ledger), reporter)
        assert [(new.file, new.columns) for new in landed.new_columns] == [("b.csv", ("colour",))]
    assert any("b.csv has new columns, kept as _extra: colour" in d for d in reporter.details)


def test_a_full_disk_names_the_stream_and_leaves_nothing(
    company: Company, reporter: RecordingReporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    company.drop("a.csv", "id,name\n1,Ana\n")
    company.map("products", MAPPING)
    company.home.prepare()

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(stream_landing, "write_landing", full)
    with company.ledger() as ledger:
        with pytest.raises(ResourceExhausted, match=r"crm\.products was not landed"):
            land(company, ledger, changes_of(company, ledger), reporter)
        assert all_loads(ledger) == []
    assert list(company.home.landing.rglob("*.parquet")) == []
    assert list(company.home.work.iterdir()) == []
