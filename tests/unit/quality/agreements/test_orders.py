"""Invoices beside orders, and orders beside deals."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.quality.agreements.companies import (
    INVOICES,
    ORDERED,
    WON,
    Made,
    after_release,
    assert_stops,
    deals,
    invoiced,
    ordered_deals,
)

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("before", "new", "title", "text"),
    [
        (
            [INVOICES],
            [invoiced(count=80, seq=2, first=600, amount="200 + i % 7")],
            "agree.invoices.orders on crm.invoices",
            "80 of 80 new ones (100.0%, 0.0% before) have another amount than their order",
        ),
        (
            [INVOICES],
            [invoiced(count=80, seq=2, first=600, order="null")],
            "agree.invoices.orders on crm.invoices",
            "80 of 80 new ones (100.0%, 0.0% before) name no order",
        ),
        (
            [WON, ORDERED],
            [
                deals(count=60, seq=2, first=400),
                ordered_deals(count=60, seq=2, first=400, order="null"),
            ],
            "agree.deals.orders on crm.deals",
            "38 of 38 new ones (100.0%, 0.0% before) are won without an order of their deal or account",
        ),
        (
            [WON, ORDERED],
            [
                deals(count=60, seq=2, first=400),
                ordered_deals(count=60, seq=2, first=400, amount=50_000),
            ],
            "agree.deals.orders on crm.deals",
            "have less than half or more than twice the usual amount of their orders",
        ),
    ],
)
def test_new_rows_on_which_the_streams_disagree_stop(
    tmp_path: Path, before: list[Made], new: list[Made], title: str, text: str
) -> None:
    assert_stops(tmp_path, before, new, title=title, text=text)


@pytest.mark.parametrize(
    ("before", "new"),
    [
        ([INVOICES], [invoiced(count=80, seq=2, first=600)]),
        (
            [WON, ORDERED],
            [deals(count=60, seq=2, first=400), ordered_deals(count=60, seq=2, first=400)],
        ),
        (
            [invoiced(count=600, seq=1, amount="1.21 * (100 + i % 7)")],
            [invoiced(count=80, seq=2, first=600, amount="1.21 * (100 + i % 7)")],
        ),
        ([WON, ORDERED], [deals(count=60, seq=2, first=400)]),
    ],
)
def test_streams_that_agree_as_before_pass(
    tmp_path: Path, before: list[Made], new: list[Made]
) -> None:
    assert after_release(tmp_path, before, new) == {}
