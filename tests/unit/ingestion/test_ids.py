"""Ids that a spreadsheet or a JSON writer rounded are no keys; digits kept as text are, however many."""

from __future__ import annotations

import json

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.core import duckdb_session
from orchestration.ingestion import load_contract
from orchestration.quality.load_profile import LoadProfile
from tests.unit.ingestion.factories import Company

COLUMNS = {"account_id": "id", "name": "name", "owner_id": "owner"}


def profile_of(company: Company, load_id: str) -> LoadProfile:
    stream = load_contract()["accounts"]
    folder = company.home.landing_of(source="crm", stream="accounts")
    return LoadProfile.of(
        folder / f"{load_id}.parquet",
        keys=stream.keys,
        newest_by=stream.newest_by,
        ids=stream.ids,
    )


@pytest.mark.parametrize(
    "rounded_key", ["1.23457E+17", "1,23457E+17", "1E+17", "1.5e17", "12345678901234567.0"]
)
def test_a_rounded_key_is_quarantined(company: Company, rounded_key: str) -> None:
    company.map("accounts", {"files": "*.csv", "columns": COLUMNS}, format={"delimiter": ";"})
    company.drop("a.csv", f"id;name;owner\n{rounded_key};A;u1\n2;B;u1\n")
    company.land()
    assert company.rows("select account_id from landing.accounts") == [("2",)]
    [(line, reason)] = company.quarantine()
    assert line == 2
    assert "a spreadsheet rounded this id; export the column as text" in reason


def test_a_rounded_reference_is_quarantined(company: Company) -> None:
    company.map("accounts", {"files": "*.csv", "columns": COLUMNS})
    company.drop("a.csv", "id,name,owner\n1,A,4.87688E+17\n")
    company.land()
    assert company.quarantine()[0][1].startswith("owner_id: found '4.87688E+17'")


def test_digits_as_text_and_codes_are_kept_and_codes_reported(company: Company) -> None:
    company.map("accounts", {"files": "*.csv", "columns": COLUMNS})
    company.drop("a.csv", "id,name,owner\n123456789012345678901234,A,u\n12E4,B,u\n007,C,u\n")
    [load] = company.land().loads
    assert company.rows("select account_id from landing.accounts order by name") == [
        ("123456789012345678901234",),
        ("12E4",),
        ("007",),
    ]
    [ids] = profile_of(company, load.load_id).exponents
    assert (ids.column, ids.rows, ids.lines) == ("account_id", 1, ("a.csv line 3",))


def test_hexadecimal_ids_are_not_reported_as_exponents(company: Company) -> None:
    company.map("accounts", {"files": "*.csv", "columns": COLUMNS})
    company.drop("a.csv", "id,name,owner\n12e4,A,u\n1bf4,B,u\n")
    [load] = company.land().loads
    assert profile_of(company, load.load_id).exponents == ()


def test_whole_json_numbers_are_exact_and_rounded_ones_are_not_taken(company: Company) -> None:
    company.map("accounts", {"files": "*.jsonl", "columns": {"account_id": "id", "name": "name"}})
    ids = ["9007199254740993", "1234567890123456789012345", "18446744073709551617"]
    lines = [f'{{"id": {key}, "name": "{n}"}}' for n, key in enumerate(ids)]
    lines.append(json.dumps({"id": 1.2345678901234567e17, "name": "9"}))
    company.drop("a.jsonl", "\n".join(lines) + "\n")
    company.land()
    assert [
        row[0] for row in company.rows("select account_id from landing.accounts order by name")
    ] == ids
    [(line, reason)] = company.quarantine()
    assert line == 4
    assert "rounded this id" in reason


@settings(deadline=None)
@given(st.integers(min_value=0, max_value=10**30))
def test_whole_numbers_are_never_rounded_ids(number: int) -> None:
    assert not _is_rounded(str(number))


@settings(deadline=None)
@given(st.floats(min_value=2.0**53, max_value=1e300))
def test_floats_from_two_to_the_53_on_always_are(number: float) -> None:
    for written in (repr(number), f"{number:.5E}", f"{number:e}"):
        assert _is_rounded(written)


_CONNECTION: list[duckdb.DuckDBPyConnection] = []


def _is_rounded(text: str) -> bool:
    if not _CONNECTION:
        connection = duckdb.connect()
        for macro in duckdb_session.MACROS:
            connection.execute(macro)
        _CONNECTION.append(connection)
    row = _CONNECTION[0].execute("select is_rounded_id(?)", [text]).fetchone()
    assert row is not None
    return bool(row[0])


def test_rows_that_share_a_key_and_differ_are_reported_identical_ones_are_not(
    company: Company,
) -> None:
    company.map("accounts", {"files": "*.csv", "columns": COLUMNS})
    company.drop("a.csv", "id,name,owner\n1,A,u\n1,A,u\n1,A,u\n2,B,u\n2,B2,u\n3,C,u\n")
    [load] = company.land().loads
    profile = profile_of(company, load.load_id)
    assert profile.repeated == 1
    assert profile.repeated_lines == ("a.csv lines 5 and 6",)
    assert LoadProfile.from_json(profile.to_json()) == profile


def test_words_of_totals_and_of_nothing_are_no_ids(company: Company) -> None:
    company.map("accounts", {"files": "*.csv", "columns": COLUMNS})
    words = ["Total", "Grand Totals (2 records)", "total: account", "Summe", "NULL", "#N/A", "nan"]
    lines = "".join(f"{word},x,u\n" for word in words)
    company.drop("a.csv", f"id,name,owner\nTottenham,Total,NULL\nTotal2,B,u\n{lines}")
    company.land()
    assert company.rows("select account_id from landing.accounts order by 1") == [
        ("Total2",),
        ("Tottenham",),
    ]
    reasons = [reason for _, reason in company.quarantine()]
    assert len(reasons) == len(words)
    assert reasons[0].startswith("account_id: found 'Total': a row of totals")


def test_what_nobody_sees_is_no_part_of_an_id(company: Company) -> None:
    ids = ["12\u200b", "\ufeff13", "14\u00a0", '="0015"', "Jose\u0301"]
    lines = "".join(f"{one}\t{n}\tu\n" for n, one in enumerate(ids))
    company.map(
        "accounts",
        {"files": "*.csv", "columns": COLUMNS},
        format={"delimiter": "tab", "quote": ""},
    )
    company.drop("a.csv", f"\u200bid\tname\towner\n{lines}")
    company.land()
    ids = [row[0] for row in company.rows("select account_id from landing.accounts order by name")]
    assert ids == ["12", "13", "14", "0015", "Jos\u00e9"]
