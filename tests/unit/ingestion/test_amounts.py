"""Amounts and durations as people write them, hard blanks, and `where` before SQL."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.core import duckdb_session
from tests.unit.ingestion.factories import Company
from tests.unit.ingestion.test_casts import landed

pytestmark = pytest.mark.slow


def test_amounts_in_parentheses_with_a_minus_behind_or_the_sign_of_the_currency(
    company: Company,
) -> None:
    company.top = {"currency": "EUR"}
    cells = ["(50,00)", "20,00-", "15,00 €", "€ 15,00", "-€3", "(€1.234,50)", "7 EUR", "5\u00a0€"]
    amounts = landed(company, "products", "unit_price", cells, "v", decimal=",", thousands=".")
    assert amounts == [
        Decimal(text) for text in ("-50", "-20", "15", "15", "-3", "-1234.50", "7", "5")
    ]


def test_the_sign_of_another_currency_is_no_amount_unless_the_format_is_money(
    company: Company,
) -> None:
    company.top = {"currency": "EUR"}
    cells = ["$15.00", "15 USD", "(-5)", "--5", "5-5"]
    assert landed(company, "products", "unit_price", cells, "v") == ["quarantined"] * 5
    spec = {"column": "v", "format": "money"}
    assert landed(company, "products", "unit_price", cells, spec) == [
        Decimal(15), Decimal(15), *["quarantined"] * 3
    ]  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(st.integers(min_value=0, max_value=10**7))
def test_durations_are_read_in_any_of_their_forms(seconds: int) -> None:
    hours, rest = divmod(seconds, 3600)
    minutes, left = divmod(rest, 60)
    forms = [
        f"{hours}:{minutes:02}:{left:02}",
        f"{hours:02}:{minutes:02}:{left:02}",
        f"{hours}h {minutes}m {left}s",
        f"{hours} h {minutes} min {left} sec",
        f"PT{hours}H{minutes}M{left}S",
    ]
    if not hours:
        forms += [f"{minutes}:{left:02}", f"{minutes}m {left}s"]
    if not hours and not minutes:
        forms += [f":{left:02}", f"{left}s"]
    with duckdb.connect() as connection:
        for macro in duckdb_session.MACROS:
            connection.execute(macro)
        for form in forms:
            row = connection.execute("select duration_seconds(?)", [form]).fetchone()
            assert row is not None and row[0] == seconds, form


def test_texts_that_are_no_duration_are_quarantined(company: Company) -> None:
    cells = ["1h 5m", "PT5M", ":12", "1:05", "h", "5 apples", "m5"]
    spec = {"column": "v", "format": "duration"}
    assert landed(company, "calls", "talk_seconds", cells, spec) == [
        3900, 300, 12, 65, *["quarantined"] * 3
    ]  # fmt: skip


@pytest.mark.parametrize("blank", [" ", "\u00a0", "\u202f", "\u2009"])
def test_a_hard_blank_in_a_time_is_a_blank(company: Company, blank: str) -> None:
    assert landed(
        company,
        "tasks",
        "due_at",
        [f"3/5/2024, 3:04{blank}PM"],
        "v",
        timestamp="%m/%d/%Y, %I:%M %p",
    ) == [dt.datetime(2024, 3, 5, 15, 4)]


def test_messages_name_characters_that_nobody_sees(company: Company) -> None:
    landed(company, "tasks", "due_at", ["soon\u202fe\u200bnough"], "v")
    assert "found 'soon␣U+202Fe␣U+200Bnough'" in company.quarantine()[0][1]


def test_sql_is_not_evaluated_for_rows_that_where_leaves_out(company: Company) -> None:
    columns = {
        "account_id": "id",
        "name": {"sql": "'n' || cast(cast(size as bigint) * 2 as varchar)"},
        "employees": {"sql": "cast(size as bigint)"},
    }
    company.map("accounts", {"files": "*.csv", "columns": columns, "where": "kind = 'end'"})
    company.drop("a.csv", "id,kind,size\n1,start,NONE\n2,end,21\n")
    [load] = company.land().loads
    assert (load.rows_landed, load.rows_skipped) == (1, 1)
    assert company.rows("select name, employees from landing.accounts") == [("n42", 21)]


def test_a_dash_in_place_of_the_cents_is_no_minus(company: Company) -> None:
    company.top = {"currency": "CHF"}
    cells = ["1'234.-", "5.--", "Fr. 12.–", "(5.-)", "7.50-", "1’234’567.05", "−3"]
    assert landed(company, "products", "unit_price", cells, "v", thousands="'") == [
        Decimal(one) for one in ("1234", "5", "12", "-5", "-7.50", "1234567.05", "-3")
    ]
    company.top = {"currency": "EUR"}
    cells = ["5,-", "1.234,-", "1.234-"]
    form = {"decimal": ",", "thousands": "."}
    assert landed(company, "products", "unit_price", cells, "v", **form) == [5, 1234, -1234]


def test_a_number_that_begins_with_a_zero_has_no_thousands(company: Company) -> None:
    """`0.500` in a file with thousands `.` is a half by another locale, not five hundred."""
    form = {"decimal": ",", "thousands": "."}
    cells = ["0.500", "-0.125", "1.500", "0,5"]
    assert landed(company, "products", "unit_price", cells, "v", **form) == [
        "quarantined", "quarantined", Decimal(1500), Decimal("0.5")
    ]  # fmt: skip


def test_hundreds_of_thousands_may_be_grouped_as_in_india(company: Company) -> None:
    company.top = {"currency": "INR"}
    cells = ["1,23,456.50", "12,34,567", "Rs. 1,00,000", "12,34", "1,2345"]
    assert landed(company, "products", "unit_price", cells, "v", thousands=",") == [
        Decimal("123456.50"), Decimal(1234567), Decimal(100000), "quarantined", "quarantined"
    ]  # fmt: skip


def test_a_bare_number_is_no_duration_outside_of_workbooks(company: Company) -> None:
    """Read as a fraction of a day, 45 seconds would be 45 days."""
    spec = {"column": "v", "format": "duration"}
    assert landed(company, "calls", "talk_seconds", ["45", "1.5", ":45", "0"], spec) == [
        "quarantined", "quarantined", 45, 0
    ]  # fmt: skip
    assert "expected a duration (h:mm:ss" in company.quarantine()[0][1]
