"""Fault 10: a column is added, dropped, renamed or retyped in a source.

The contract failure names it, the file is rejected, and the next good one works. A column that is added
breaks nothing: it is kept, and reported.
"""

from __future__ import annotations

import json

import pytest

from orchestration.core.records import LandingResult
from orchestration.ingestion.ledger.rejected_files import open_rejected_files
from orchestration.quality import LoadLimits, check_loads
from tests.unit.ingestion.factories import Company

COLUMNS = {
    "order_id": "id",
    "account_id": "account",
    "ordered_at": "day",
    "status": {"column": "state", "map": {"hecho": "completed"}},
    "channel": "channel",
}
HEADER = "id,account,day,state,channel"


def lines(first: int, last: int, row: str = "{n},a{n},2026-01-05,hecho,web") -> str:
    return "".join(f"{row.format(n=n)}\n" for n in range(first, last + 1))


@pytest.fixture
def orders(company: Company) -> Company:
    """A company whose first export of twenty orders has landed."""
    company.map("orders", {"files": "orders_*.csv", "columns": COLUMNS})
    company.drop("orders_1.csv", f"{HEADER}\n{lines(1, 20)}")
    assert company.land().loads
    return company


def landed(company: Company) -> int:
    return int(company.rows("select count(*) from landing.orders")[0][0])


def rejected_then_fixed(company: Company, bad: str, *words: str) -> None:
    """`bad` lands nothing and is named with `words`; sent again as it should be, it lands."""
    company.drop("orders_2.csv", bad)
    company.drop("orders_3.csv", f"{HEADER}\n{lines(41, 60)}")
    result = company.land()
    [aside] = result.rejected_files
    assert (aside.source, aside.stream, aside.file) == ("crm", "orders", "orders_2.csv")
    for word in words:
        assert word in aside.reason
    assert landed(company) == 40, "the good file of the same day lands"
    assert company.quarantine() == []
    assert not company.land().rejected_files, "as it is, it is not tried again"

    company.drop("orders_2.csv", f"{HEADER}\n{lines(21, 40)}")
    assert not company.land().rejected_files
    assert landed(company) == 60
    with company.ledger() as ledger:
        assert open_rejected_files(ledger) == []


def test_dropped(orders: Company) -> None:
    bad = "id,account,day,state\n" + lines(21, 40, "{n},a{n},2026-01-05,hecho")
    rejected_then_fixed(orders, bad, "orders_2.csv lacks the column 'channel'", "id, account, day")


@pytest.mark.parametrize("data", ["ana.gil@example.com", "+34 600 123 456", "600123456"])
def test_without_its_header(orders: Company, data: str) -> None:
    """The first row is then no row of names: what it holds of people is not shown."""
    orders.drop("orders_2.csv", f"21,{data},2026-01-05,hecho\n{lines(22, 40)}")
    [aside] = orders.land().rejected_files
    assert "`header: false`" in aside.reason
    assert data not in aside.reason


def test_renamed(orders: Company) -> None:
    bad = f"{HEADER.replace('account', 'account_no')}\n{lines(21, 40)}"
    rejected_then_fixed(orders, bad, "'account' (nearest: 'account_no')", "orders")


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (
            "{n},a{n},05.01.26,hecho,web",
            (
                "orders.ordered_at",
                "none of its 20 values",
                "Line 2",
                "found '05.01.26'",
                "a timestamp",
            ),
        ),
        (
            "{n},a{n},2026-01-05,3,web",
            ("orders.status", "found '3'", "one of open, completed, cancelled"),
        ),
    ],
    ids=["a date to another format", "a word to a number"],
)
def test_retyped(orders: Company, row: str, words: tuple[str, ...]) -> None:
    rejected_then_fixed(orders, f"{HEADER}\n{lines(21, 40, row)}", *words)


def test_one_value_that_still_reads_is_no_change_of_type(orders: Company) -> None:
    """Nineteen of twenty dates are bad: these are rows at fault, kept one by one."""
    bad = f"{HEADER}\n{lines(21, 39, '{n},a{n},05.01.26,hecho,web')}{lines(40, 40)}"
    orders.drop("orders_2.csv", bad)
    [load] = orders.land().loads
    assert (load.rows_landed, load.rows_quarantined) == (1, 19)


def test_added(orders: Company) -> None:
    """Reported once by gate 1, as a warning that names it; its values are kept for when somebody maps it."""
    orders.drop(
        "orders_2.csv", f"{HEADER},prio\n{lines(21, 40, '{n},a{n},2026-01-05,hecho,web,hoch')}"
    )
    result = orders.land()
    [new] = result.new_columns
    assert (new.file, new.columns) == ("orders_2.csv", ("prio",))
    check = warning(result)
    assert check.outcome == "warn"
    assert check.subject == "crm.orders"
    assert "orders_2.csv has prio" in check.observed
    assert landed(orders) == 40
    [(extra,)] = orders.rows("select distinct _extra from landing.orders where _extra is not null")
    assert json.loads(extra) == {"prio": "hoch"}

    orders.drop(
        "orders_3.csv", f"{HEADER},prio\n{lines(41, 41, '{n},a{n},2026-01-05,hecho,web,hoch')}"
    )
    result = orders.land()
    assert result.new_columns == ()
    assert warning(result).outcome == "pass"


def warning(result: LandingResult):  # type: ignore[no-untyped-def]
    checks = check_loads(result, history=(), limits=LoadLimits()).checks
    [new_columns] = [check for check in checks if check.name == "loads.new_columns"]
    return new_columns
