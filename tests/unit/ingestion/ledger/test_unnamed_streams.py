"""What streams landed that embudo.yml no longer names: kept, and counted nowhere."""

from __future__ import annotations

import datetime as dt

from orchestration.core.records import RejectedFile
from orchestration.ingestion.ledger.business_times import (
    latest_business_time,
    latest_by_source,
    latest_by_stream,
    latest_landed_by_source,
)
from orchestration.ingestion.ledger.connection import Ledger
from orchestration.ingestion.ledger.loads import active_loads, all_loads
from orchestration.ingestion.ledger.parts import counted_parts, quarantined_parts
from orchestration.ingestion.ledger.quarantined_loads import quarantine_load, quarantined_loads
from orchestration.ingestion.ledger.rejected_files import open_rejected_files, reject_file
from orchestration.ingestion.ledger.seen_files import SeenFile
from orchestration.ingestion.ledger.unnamed_streams import (
    UnnamedFile,
    record_named_streams,
    unnamed_files,
)
from tests.unit.ingestion.ledger.factories import enter_load, file_part

DEALS, CALLS = ("crm", "deals"), ("pbx", "calls")
MAY, JUNE = dt.datetime(2026, 5, 1), dt.datetime(2026, 6, 1)


def counting(ledger: Ledger) -> list[str]:
    return [load.load_id for load, _ in active_loads(ledger)]


def test_a_stream_that_is_not_named_counts_nowhere_until_it_is_again(ledger: Ledger) -> None:
    enter_load(ledger, 1, file_part("a.csv", latest=MAY))
    enter_load(
        ledger, 2, file_part("b.csv", quarantined=2, latest=JUNE), source="pbx", stream="calls"
    )
    enter_load(ledger, 3, file_part("c.csv", latest=JUNE), source="pbx", stream="calls")
    quarantine_load(ledger, "load-3", check="loads.volume", reason="few", run_id="run")
    rejected = RejectedFile("pbx", "calls", "d.csv", "no table")
    reject_file(ledger, rejected, run_id="run", file=SeenFile("d.csv", 1, 1, "sha", "mapping"))
    record_named_streams(ledger, {DEALS, CALLS})
    assert counting(ledger) == ["load-1", "load-2"]
    assert latest_business_time(ledger) == JUNE

    record_named_streams(ledger, {DEALS})
    assert counting(ledger) == ["load-1"]
    assert [part.path for part in counted_parts(ledger)] == ["a.csv"]
    assert quarantined_parts(ledger, only_open=True) == []
    assert quarantined_loads(ledger) == []
    assert open_rejected_files(ledger) == []
    assert latest_business_time(ledger) == MAY
    assert latest_by_source(ledger) == latest_landed_by_source(ledger) == {"crm": MAY}
    assert latest_by_stream(ledger) == {DEALS: MAY}
    assert len(all_loads(ledger)) == 3

    record_named_streams(ledger, {DEALS, CALLS})
    assert counting(ledger) == ["load-1", "load-2"]
    assert len(quarantined_loads(ledger)) == len(open_rejected_files(ledger)) == 1


def test_files_are_recognised_by_their_content_under_a_name_that_counts(ledger: Ledger) -> None:
    enter_load(ledger, 1, file_part("a.csv"), file_part("b.csv", part=2), source="old")
    enter_load(ledger, 2, file_part("a.csv"), source="new")
    enter_load(ledger, 3, file_part("b.csv"), source="older")
    enter_load(ledger, 4, file_part("b.csv"), source="new", stream="leads")
    record_named_streams(ledger, {("new", "deals"), ("new", "leads")})
    assert unnamed_files(ledger) == [
        UnnamedFile("old", "deals", "load-1", 3, ("new",)),
        UnnamedFile("old", "deals", "load-1", 3, ()),
        UnnamedFile("older", "deals", "load-3", 3, ()),
    ]


def test_naming_the_same_streams_again_writes_nothing(ledger: Ledger) -> None:
    enter_load(ledger, 1, file_part("a.csv"))
    record_named_streams(ledger, set())
    before = ledger.execute("select total_changes()").fetchone()[0]
    record_named_streams(ledger, set())
    assert ledger.execute("select total_changes()").fetchone()[0] == before
