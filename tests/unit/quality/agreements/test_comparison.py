"""One comparison of two streams: which rows it has, and where it has none."""

from __future__ import annotations

from pathlib import Path

from orchestration.quality.agreements import COMPARISONS, Compared, Comparison, compare
from orchestration.quality.agreements.comparison import new_keys, source_of
from orchestration.quality.databases import Databases
from orchestration.quality.kept_shares import Share
from orchestration.quality.landed_columns import landed
from orchestration.settings.contract_loading import load_contract
from tests.unit.quality.checks.test_unmatched_references import landing, make_landing


def _open_or_won(since: int) -> str:
    return f"""
        select _source as source, deal_id as key, nullif(stage, '') = 'Won' as is_wrong
        from {landed("deals")} where _load_seq > {since}
    """


WON = Comparison("deals", "orders", "are won", _open_or_won)
DEALS = landing("deals", {"deal_id": ["d1", "d2", "ana@example.com"], "stage": ["New", "", "Won"]})
ORDERS = landing("orders", {"order_id": ["o1"]})


def test_rows_that_can_be_compared_are_counted_by_source(tmp_path: Path) -> None:
    newer = landing("deals", {"deal_id": ["d4"], "stage": ["Won"]}, source="erp", seq=2)
    make_landing(tmp_path, DEALS, ORDERS, newer)
    with Databases.of(tmp_path).open() as connection:
        assert list(compare(connection, WON, since=-1)) == [
            Compared("crm", Share(2, 1), ("***",)),
            Compared("erp", Share(1, 1), ("d4",)),
        ]
        assert list(compare(connection, WON, since=1)) == [Compared("erp", Share(1, 1), ("d4",))]


def test_without_one_of_the_streams_or_new_rows_nothing_is_compared(tmp_path: Path) -> None:
    make_landing(tmp_path, DEALS)
    with Databases.of(tmp_path).open() as connection:
        assert list(compare(connection, WON, since=-1)) == []
    make_landing(tmp_path, DEALS, ORDERS)
    with Databases.of(tmp_path).open() as connection:
        assert list(compare(connection, WON, since=1)) == []


def test_keys_are_those_of_marts() -> None:
    assert new_keys("deals", "deal_id", 3) == (
        "select _source || ':' || deal_id from warehouse.landing.\"deals\" where _load_seq > 3"
    )
    assert source_of("deal_key") == "split_part(deal_key, ':', 1)"


def test_comparisons_are_of_streams_and_told_apart() -> None:
    streams = set(load_contract())
    assert {comparison.of for comparison in COMPARISONS} | {
        comparison.beside for comparison in COMPARISONS
    } <= streams
    assert len({comparison.name for comparison in COMPARISONS}) == len(COMPARISONS)
    assert WON.name == "agree.deals.orders: are won"
