"""A person taken out of landed files: rows gone, references emptied, counts of the ledger kept true."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.core.durable_files import sha256_of
from orchestration.erasure.landing import erase_landing
from orchestration.erasure.landing_files import landing_file, quarantine_file
from orchestration.ingestion.ledger.loads import all_loads, load_digests
from tests.unit.erasure.factories import ANA, KEY, landed_company

pytestmark = pytest.mark.slow


def test_rows_go_and_the_rest_is_untied(tmp_path: Path) -> None:
    company, loads = landed_company(tmp_path)
    ids = [load.load_id for load in loads.values()]
    for _ in range(2):  # a killed erasure is done again
        erase_landing(company.home, ANA, loads=ids, key=KEY, country="ES")
    assert company.rows("select contact_id, email from landing.contacts") == [
        ("2", "bea@example.com")
    ]
    assert company.rows("select deal_id, name, contact_id from landing.deals order by 1") == [
        ("10", None, None),
        ("11", "Other", "2"),
        ("12", "Ask [forgotten]", "2"),
    ]
    for load in loads.values():
        for path in (landing_file(company.home, load), quarantine_file(company.home, load)):
            assert not path.exists() or b"ana@example.com" not in path.read_bytes().lower()


def test_the_ledger_counts_what_is_left(tmp_path: Path) -> None:
    company, loads = landed_company(tmp_path)
    contacts = loads["contacts"]
    erase_landing(company.home, ANA, loads=[contacts.load_id], key=KEY, country="ES")
    with company.ledger() as ledger:
        (load,) = all_loads(ledger, source="crm", stream="contacts")
        digests = load_digests(ledger)
    path = landing_file(company.home, contacts)
    assert (contacts.rows_landed, contacts.rows_quarantined) == (2, 1)
    assert (load.rows_read, load.rows_landed, load.rows_quarantined, load.rows_skipped) == (
        3,
        1,
        0,
        2,
    )
    assert digests[contacts.load_id] == sha256_of(path)
    assert load.size_bytes == path.stat().st_size
    assert company.land().loads == (), "the file of the inbox is not read again"
