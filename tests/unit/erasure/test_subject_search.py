"""Who a person is: what the landed rows of persons tie to an address or a key, and what others share."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from orchestration.core.errors import SettingsInvalid
from orchestration.core.records import Load
from orchestration.erasure.subject_search import Address, find_subject
from orchestration.privacy.data_subject import DataSubject
from orchestration.settings import Home
from orchestration.settings.contract import ContractColumn, StreamContract

CONTACTS = StreamContract(
    "contacts",
    (
        ContractColumn("contact_id", "varchar"),
        ContractColumn("email", "varchar", address="email"),
        ContractColumn("phone", "varchar", address="phone"),
    ),
    (),
    keys=("contact_id",),
    personal="subject",
)
LEADS = StreamContract(
    "leads",
    (
        ContractColumn("lead_id", "varchar"),
        ContractColumn("contact_id", "varchar", refers_to="contacts"),
        ContractColumn("email", "varchar", address="email"),
    ),
    (),
    keys=("lead_id",),
    personal="subject",
)
# leads are declared first, and searched after the contacts that they refer to
CONTRACT = {"leads": LEADS, "contacts": CONTACTS}
SWITCHBOARD = "+34910000000"
ROWS = {
    "contacts": (
        "('1', 'ana@x.es', '600111222'), ('1', 'ana@old.es', '910000000'), ('2', 'bea@x.es', '910000000')",
        "contact_id, email, phone",
    ),
    "leads": (
        "('7', '1', 'ana@home.es'), ('8', null, 'ANA@old.es'), ('9', '2', null), ('10', null, null)",
        "lead_id, contact_id, email",
    ),
}


def search(
    folder: Path,
    *,
    addresses: set[Address] | None = None,
    contacts: set[str] | None = None,
    erased: set[str] | None = None,
) -> tuple[DataSubject, tuple[Address, ...]]:
    home = Home.at(folder)
    loads = []
    with duckdb.connect() as connection:
        for stream, (values, names) in ROWS.items():
            path = home.landing_of(source="crm", stream=stream)
            path.mkdir(parents=True, exist_ok=True)
            connection.execute(
                f"copy (select *, 'crm' as _source, 'crm' as _key_source from (values {values}) as t({names})) "
                f"to '{path}/l.parquet' (format parquet)"
            )
            loads.append(
                Load(
                    load_id="l", load_seq=1, source="crm", stream=stream, rows_read=1, rows_landed=1,
                    landed_at=datetime(2026, 7, 1, tzinfo=UTC), rows_quarantined=0, rows_skipped=0,
                    files=(), size_bytes=1,
                )
            )  # fmt: skip
        return find_subject(
            connection,
            home,
            loads,
            CONTRACT,
            addresses=addresses or set(),
            keys={"contacts": contacts or set()},
            erased=erased or set(),
            country="ES",
        )


def test_an_address_leads_to_all_versions_of_the_contact_and_to_the_leads(tmp_path: Path) -> None:
    """The switchboard is a colleague's too: it stays, and with it what came by it."""
    subject, shared = search(tmp_path, addresses={("email", "ana@x.es")})
    assert subject.subjects == {"contacts": ("crm:1",), "leads": ("crm:7", "crm:8")}
    assert subject.emails == ("ana@home.es", "ana@old.es", "ana@x.es")
    assert subject.phones == ("+34600111222",)
    assert shared == (("phone", SWITCHBOARD),)


def test_a_shared_address_that_is_named_goes_all_the_same(tmp_path: Path) -> None:
    subject, shared = search(tmp_path, addresses={("phone", SWITCHBOARD)})
    assert subject.subjects["contacts"] == ("crm:1", "crm:2")
    assert SWITCHBOARD in subject.phones and shared == ()


def test_a_key_finds_the_same_person(tmp_path: Path) -> None:
    by_key = search(tmp_path, contacts={"crm:1"})
    assert by_key == search(tmp_path, addresses={("email", "ana@x.es")})


def test_a_key_that_never_landed_is_refused_unless_it_was_erased(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalid, match="No row of contacts with the key crm:5 has landed"):
        search(tmp_path, contacts={"crm:5"})
    subject, _ = search(tmp_path, contacts={"crm:5"}, erased={"crm:5"})
    assert subject.subjects["contacts"] == ("crm:5",)
