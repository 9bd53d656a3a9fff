"""Files of landing and quarantine as an erasure reads them."""

from __future__ import annotations

from pathlib import Path

from orchestration.erasure.landing_files import (
    landed_rows,
    landing_file,
    open_session,
    quarantine_file,
    quarantined_mention,
    text_columns,
)
from orchestration.privacy import suppression
from tests.unit.erasure.factories import ANA, landed_company


def test_paths_and_rows_are_those_of_the_load(tmp_path: Path) -> None:
    company, loads = landed_company(tmp_path)
    contacts = loads["contacts"]
    assert landing_file(company.home, contacts).is_file()
    assert quarantine_file(company.home, contacts).is_file()
    assert not quarantine_file(company.home, loads["deals"]).exists()
    with open_session(company.home) as connection:
        rows = connection.execute(f"from {landed_rows(company.home, contacts)}").fetchall()
        texts = text_columns(connection, company.home, contacts)
    assert len(rows) == contacts.rows_landed == 2
    assert {"email", "full_name", "_extra"} <= set(texts)
    assert not {"created_at", "_source", "_load_id", "_file"} & set(texts)


def test_a_quarantined_row_is_found_by_its_bytes_or_its_reason(tmp_path: Path) -> None:
    company, _ = landed_company(tmp_path)
    rows = [
        ("3;ANA@example.com", ""),
        ("\\x00".join("ana@example.com"), ""),
        ("x", "ana@example.com is no phone"),
        ("3;mariana@example.com", ""),
    ]
    mentioned = quarantined_mention(ANA, "ES")
    with open_session(company.home) as connection:
        suppression.register(connection, (), key=None)
        connection.execute("create temp table quarantined (raw varchar, reason varchar)")
        connection.executemany("insert into quarantined values (?, ?)", rows)
        mentions = connection.execute(
            f"select {mentioned} from quarantined order by rowid"
        ).fetchall()
    assert mentions == [(True,), (True,), (True,), (False,)]
