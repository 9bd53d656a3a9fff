"""Files that can be read, and yet are cut short, or have a retyped column."""

from __future__ import annotations

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
