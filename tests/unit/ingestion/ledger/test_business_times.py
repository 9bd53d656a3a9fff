"""The latest business timestamps: of what counts, and of what ever landed."""

from __future__ import annotations

import datetime as dt

from orchestration.ingestion.ledger.business_times import (
    latest_business_time,
    latest_by_source,
    latest_by_stream,
    latest_landed_by_source,
)
from orchestration.ingestion.ledger.connection import Ledger
from orchestration.ingestion.ledger.parts import parts_of_load, replace_parts
from orchestration.ingestion.ledger.quarantined_loads import quarantine_load
from tests.unit.ingestion.ledger.factories import enter_load, file_part

EARLY, LATE = dt.datetime(2026, 1, 1), dt.datetime(2026, 2, 1, 12, 30)


def test_none_where_nothing_landed(ledger: Ledger) -> None:
    assert latest_business_time(ledger) is None
    assert latest_by_stream(ledger) == latest_by_source(ledger) == {}


def test_replaced_parts_count_only_in_what_ever_landed(ledger: Ledger) -> None:
    enter_load(ledger, 1, file_part("a.csv", latest=EARLY))
    enter_load(ledger, 2, file_part("b.csv", latest=LATE))
    enter_load(ledger, 3, file_part("c.csv"), source="erp", stream="products")
    assert latest_business_time(ledger) == LATE
    assert latest_by_source(ledger) == {"crm": LATE}
    assert latest_by_stream(ledger) == {("crm", "deals"): LATE}
    replace_parts(ledger, parts_of_load(ledger, "load-2"), by="run")
    assert latest_business_time(ledger) == EARLY
    assert latest_by_source(ledger) == {"crm": EARLY}
    assert latest_by_stream(ledger) == {("crm", "deals"): EARLY}
    assert latest_landed_by_source(ledger) == {"crm": LATE}


def test_what_is_planned_for_later_counts_as_of_then(ledger: Ledger) -> None:
    """With a fixed data-as-of time a meeting planned for after it makes no other source look silent."""
    enter_load(ledger, 1, file_part("a.csv", latest=LATE))
    enter_load(ledger, 2, file_part("b.csv", latest=EARLY), source="pbx", stream="calls")
    until = EARLY + dt.timedelta(days=1)
    assert latest_landed_by_source(ledger, until=until) == {"crm": until, "pbx": EARLY}


def test_a_quarantined_load_does_not_move_the_data_as_of_time(ledger: Ledger) -> None:
    enter_load(ledger, 1, file_part("a.csv", latest=EARLY))
    enter_load(ledger, 2, file_part("b.csv", latest=LATE))
    quarantine_load(ledger, "load-2", check="loads.values", reason="odd", run_id="run")
    assert latest_business_time(ledger) == EARLY
