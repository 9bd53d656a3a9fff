"""One stream landed: what counts, what is rejected, and that nothing counts by half."""

from __future__ import annotations

import errno
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.core.errors import ResourceExhausted
from orchestration.ingestion import load_buffer, stream_landing
from orchestration.ingestion.inbox import StreamChanges, scan
from orchestration.ingestion.ledger.connection import Ledger
from orchestration.ingestion.ledger.loads import all_loads
from orchestration.ingestion.ledger.rejected_files import open_rejected_files
from orchestration.ingestion.stream_landing import LandedStream, LandingContext, land_stream
from orchestration.settings.contract_loading import load_contract
from tests.reporters import RecordingReporter
from tests.unit.ingestion.factories import Company

pytestmark = pytest.mark.slow

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


def break_reading(monkeypatch: pytest.MonkeyPatch, file: str, error: Exception) -> None:
    """Let the reader of `file` raise `error`."""
    really = load_buffer.open_file

    def open_file(path: Path, **options: Any) -> Any:
        if path.name == file:
            raise error
        return really(path, **options)

    monkeypatch.setattr(load_buffer, "open_file", open_file)


def drop_three(company: Company) -> None:
    for name in ("a", "b", "c"):
        company.drop(f"{name}.csv", f"id,name\n{name},secret of {name}\n")
    company.map("products", MAPPING)


@pytest.mark.parametrize(
    "error",
    [
        RecursionError("deep"),
        UnicodeError("secret of b"),
        KeyError("secret of b"),
        AssertionError("no"),
        duckdb.InvalidInputException("secret of b"),
    ],
)
def test_an_error_that_nobody_foresaw_rejects_its_file(
    company: Company, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    drop_three(company)
    break_reading(monkeypatch, "b.csv", error)
    result = company.land()
    assert [file.file for file in result.rejected_files] == ["b.csv"]
    assert "secret" not in result.rejected_files[0].reason, "an error's text may hold a row"
    assert company.rows("select product_id from landing.products order by 1") == [("a",), ("c",)]


def test_a_file_that_breaks_its_connection_is_left_out_and_the_others_are_read_again(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop_three(company)
    really = load_buffer.open_file

    def open_file(path: Path, **options: Any) -> Any:
        if path.name == "b.csv":
            options["connection"].close()
            raise duckdb.InternalException("the database has been invalidated")
        return really(path, **options)

    monkeypatch.setattr(load_buffer, "open_file", open_file)
    result = company.land()
    assert [file.file for file in result.rejected_files] == ["b.csv"]
    assert [load.rows_landed for load in result.loads] == [2]
    assert company.rows("select product_id from landing.products order by 1") == [("a",), ("c",)]


def test_a_file_that_memory_does_not_suffice_for_is_tried_again(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop_three(company)
    with monkeypatch.context() as patched:
        break_reading(patched, "b.csv", duckdb.OutOfMemoryException("Out of Memory Error: full"))
        result = company.land()
        assert [file.file for file in result.rejected_files] == ["b.csv"]
        assert "EMBUDO_MEMORY_LIMIT" in result.rejected_files[0].reason
        with company.ledger() as ledger:
            assert open_rejected_files(ledger) == [], "a small memory is not the file's fault"
    assert not company.land().rejected_files
    assert company.rows("select count(*) from landing.products") == [(3,)]


def test_where_memory_suffices_for_no_file_the_landing_fails(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    company.drop("b.csv", "id,name\n1,x\n")
    company.map("products", MAPPING)
    break_reading(monkeypatch, "b.csv", MemoryError())
    with pytest.raises(ResourceExhausted, match="The memory limit is reached"):
        company.land()


def test_a_file_that_may_not_be_read_is_named_and_tried_again(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop_three(company)
    really = Path.open

    def refuse(self: Path, *arguments: Any, **options: Any) -> Any:
        if self.name == "b.csv":
            raise PermissionError(13, "Permission denied")
        return really(self, *arguments, **options)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", refuse)
        result = company.land()
    assert [file.reason for file in result.rejected_files] == [
        "b.csv cannot be read: Permission denied. Check its permissions."
    ]
    assert not company.land().rejected_files
    assert company.rows("select count(*) from landing.products") == [(3,)]


def test_a_name_that_is_no_text_is_rejected(company: Company) -> None:
    drop_three(company)
    strange = bytes(company.inbox) + b"/caf\xe9.csv"
    with open(strange, "wb") as file:
        file.write(b"id,name\n9,x\n")
    result = company.land()
    assert [file.reason for file in result.rejected_files] == [
        "caf\\udce9.csv: its name is not UTF-8. Rename the file."
    ]
    assert company.rows("select count(*) from landing.products") == [(3,)]
