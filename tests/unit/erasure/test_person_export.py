"""What is held about a person, as files."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from orchestration.erasure.person_export import export_person
from orchestration.erasure.request import ErasureRequest
from orchestration.privacy.hash_key import KEY_VARIABLE
from tests.unit.erasure.factories import landed_company

pytestmark = pytest.mark.slow


def test_rows_that_are_theirs_refer_to_them_or_name_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY_VARIABLE, "k" * 40)
    company, _ = landed_company(tmp_path)
    before = {path: path.read_bytes() for path in company.home.root.rglob("*.parquet")}
    found = export_person(
        company.settings(), company.home, ErasureRequest(emails=("ANA@example.com",))
    )
    ids = {
        stream: [row.get("deal_id") or row.get("contact_id") for row in rows]
        for stream, rows in found.rows.items()
    }
    assert ids["crm.contacts"] == ["1"]
    assert ids["crm.deals"] == ["10", "12"]
    assert len(found.rows["quarantine.crm.contacts"]) == 1
    assert {path: path.read_bytes() for path in company.home.root.rglob("*.parquet")} == before

    written = found.write(tmp_path / "ana")
    assert {path.stat().st_mode & 0o777 for path in written} == {0o600}
    assert (tmp_path / "ana").stat().st_mode & 0o777 == 0o700
    content = json.loads((tmp_path / "ana" / "person.json").read_text())
    assert content["person"]["emails"] == ["ana@example.com"]
    with (tmp_path / "ana" / "crm.deals.csv").open() as file:
        assert [row["name"] for row in csv.DictReader(file)] == [
            "For ana@example.com",
            "Ask Ana@Example.com",
        ]
    assert content["rows"]["crm.contacts"][0]["_file"] == "contacts.csv"


def test_nobody_has_no_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY_VARIABLE, "k" * 40)
    company, _ = landed_company(tmp_path)
    found = export_person(
        company.settings(), company.home, ErasureRequest(emails=("zoe@example.com",))
    )
    assert found.rows == {}
