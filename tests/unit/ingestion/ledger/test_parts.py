"""Parts: which files' rows count, which wait in quarantine, and what resolves them."""

from __future__ import annotations

import hashlib
from pathlib import Path

from orchestration.ingestion.ledger.connection import Ledger
from orchestration.ingestion.ledger.parts import (
    QuarantinedPart,
    active_parts,
    counted_parts,
    parts_of_load,
    quarantined_parts,
    record_rewritten_files,
    replace_parts,
    resolved_loads,
    resolved_row_counts,
    stream_parts,
)
from orchestration.ingestion.ledger.quarantined_loads import quarantine_load, reinstate_load
from orchestration.ingestion.ledger.seen_files import seen_files
from tests.unit.ingestion.ledger.factories import LANDED_AT, enter_load, file_part


def paths(ledger: Ledger) -> list[str]:
    return [part.path for part in active_parts(ledger, source="crm", stream="deals")]


def test_parts_count_unless_replaced_or_of_a_quarantined_load(ledger: Ledger) -> None:
    enter_load(ledger, 1, file_part("a.csv"))
    enter_load(ledger, 2, file_part("b.csv"))
    enter_load(ledger, 3, file_part("c.csv"), stream="calls")
    assert paths(ledger) == ["a.csv", "b.csv"]
    replace_parts(ledger, parts_of_load(ledger, "load-1"), by="run")
    assert paths(ledger) == ["b.csv"]
    quarantine_load(ledger, "load-2", check="loads.volume", reason="few rows", run_id="run")
    assert paths(ledger) == []
    assert [part.load_id for part in parts_of_load(ledger, "load-2")] == ["load-2"]
    assert [part.path for part in counted_parts(ledger)] == ["b.csv", "c.csv"]
    reinstate_load(ledger, "load-2", run_id="run-2", reason="a strike")
    assert paths(ledger) == ["b.csv"]


def test_counted_parts_carry_their_counts_at_landing(ledger: Ledger) -> None:
    enter_load(ledger, 1, file_part("a.csv", landed=2, quarantined=1))
    [part] = counted_parts(ledger)
    assert (part.source, part.stream, part.landed_at) == ("crm", "deals", LANDED_AT)
    assert (part.rows_landed, part.rows_quarantined) == (2, 1)


def test_quarantined_rows_are_resolved_by_the_file_or_its_repaired_rows(ledger: Ledger) -> None:
    enter_load(ledger, 1, file_part("a.csv", quarantined=2))
    enter_load(ledger, 2, file_part("b.csv", quarantined=5))
    waiting = [
        QuarantinedPart("crm", "deals", "load-1", 1, "a.csv"),
        QuarantinedPart("crm", "deals", "load-2", 1, "b.csv"),
    ]
    assert quarantined_parts(ledger, only_open=True) == waiting
    assert [part.is_settled for part in stream_parts(ledger, source="crm", stream="deals")] == [
        False,
        False,
    ]
    enter_load(ledger, 3, file_part("a.repaired.csv", landed=2))
    assert quarantined_parts(ledger, only_open=True) == waiting[1:]
    assert quarantined_parts(ledger, only_open=False) == waiting
    assert resolved_row_counts(ledger) == {"load-1": 2}
    assert resolved_loads(ledger) == {"load-1"}
    enter_load(ledger, 4, file_part("b.csv"), source="erp")
    assert quarantined_parts(ledger, only_open=True) == waiting[1:], "another source's file"


def test_a_file_rewritten_in_place_is_known_by_its_new_checksum(
    ledger: Ledger, tmp_path: Path
) -> None:
    enter_load(ledger, 1, file_part("a.csv"))
    file = tmp_path / "a.csv"
    file.write_bytes(b"id\n1\n")
    record_rewritten_files(ledger, {"sha of a.csv": file})
    digest = hashlib.sha256(b"id\n1\n").hexdigest()
    assert [part.sha256 for part in parts_of_load(ledger, "load-1")] == [digest]
    [seen] = seen_files(ledger, source="crm", stream="deals").values()
    assert (seen.sha256, seen.size, seen.mtime_ns) == (digest, 5, file.stat().st_mtime_ns)
