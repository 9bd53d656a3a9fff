"""Files that can be read, and yet are cut short, have a retyped column, or hold undeclared addresses."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.ingestion.load_plausibility import LEAST_RETYPED
from tests.unit.ingestion.factories import Company

HEADER = "id,acc,day,status\n"


@pytest.fixture
def orders(company: Company) -> Company:
    """A company whose orders come as CSV."""
    columns = {"order_id": "id", "account_id": "acc", "ordered_at": "day", "status": "status"}
    return company.map("orders", {"files": "*.csv", "columns": columns})


@pytest.mark.parametrize(("ending", "is_cut"), [("", True), ("\n", False)])
def test_a_last_line_without_a_break_that_cannot_be_read_is_cut(
    orders: Company, ending: str, is_cut: bool
) -> None:
    orders.drop("o.csv", f"{HEADER}1,a,2026-01-01,open\n2,a,2026-0{ending}")
    result = orders.land()
    assert len(result.rejected_files) == is_cut
    if is_cut:
        assert "its last line, 3, has no line break" in result.rejected_files[0].reason


def test_a_complete_last_line_needs_no_break(orders: Company) -> None:
    orders.drop("o.csv", f"{HEADER}1,a,2026-01-01,open")
    assert not orders.land().rejected_files


@pytest.mark.parametrize(
    ("days", "is_refused"),
    [
        (["soon"] * LEAST_RETYPED, True),
        (["soon"] * (LEAST_RETYPED - 1), False),
        (["soon"] * LEAST_RETYPED + ["2026-01-01"], False),
    ],
)
def test_a_column_none_of_whose_values_can_be_read_is_retyped(
    orders: Company, days: list[str], is_refused: bool
) -> None:
    lines = "".join(f"{n},a,{day},open\n" for n, day in enumerate(days))
    orders.drop("o.csv", HEADER + lines)
    result = orders.land()
    assert len(result.rejected_files) == is_refused
    if is_refused:
        reason = result.rejected_files[0].reason
        assert "the column behind orders.ordered_at has changed its type" in reason
        assert "Line 2: ordered_at: found 'soon'" in reason


def land_cities(folder: Path, cities: list[str]) -> tuple[int, list[str]]:
    """Rows of accounts that landed, and the reasons of rejected files."""
    company = Company(folder)
    company.source = {
        "time_zone": "UTC",
        "streams": {
            "accounts": {
                "files": "a*.csv",
                "columns": {"account_id": "id", "name": "name", "city": "city"},
            }
        },
    }
    rows = "".join(f"{n},Account {n},{city}\n" for n, city in enumerate(cities))
    company.drop("a.csv", f"id,name,city\n{rows}")
    result = company.land()
    return sum(load.rows_landed for load in result.loads), [
        rejected.reason for rejected in result.rejected_files
    ]


def test_a_column_of_undeclared_addresses_is_refused(tmp_path: Path) -> None:
    count, reasons = land_cities(
        tmp_path, [f"ana{n}@example.com" for n in range(5)] + ["Sevilla"] * 5
    )
    assert count == 0
    assert len(reasons) == 1
    assert "city of accounts holds e-mail addresses (5 of the first 10 values)" in reasons[0]
    assert "`address: email`" in reasons[0]


def test_a_few_stray_addresses_are_not(tmp_path: Path) -> None:
    assert land_cities(tmp_path, ["ana@example.com"] * 4) == (4, [])


def test_less_than_half_is_not(tmp_path: Path) -> None:
    assert land_cities(tmp_path, ["ana@example.com"] * 6 + ["Sevilla"] * 7) == (13, [])
