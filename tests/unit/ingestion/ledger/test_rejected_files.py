"""Files that could not be landed, until they come again."""

from __future__ import annotations

from orchestration.core.records import RejectedFile
from orchestration.ingestion.ledger.connection import Ledger
from orchestration.ingestion.ledger.rejected_files import open_rejected_files, reject_file
from orchestration.ingestion.ledger.seen_files import SeenFile, seen_files
from tests.unit.ingestion.ledger.factories import enter_load, file_part


def rejected(path: str, reason: str) -> RejectedFile:
    return RejectedFile("crm", "deals", path, reason)


def reject(ledger: Ledger, fault: RejectedFile) -> None:
    reject_file(ledger, fault, run_id="run", file=SeenFile(fault.file, 10, 1, "sha", "mapping"))


def test_a_file_is_rejected_with_its_last_reason_and_not_read_again(ledger: Ledger) -> None:
    reject(ledger, rejected("a.csv", "cut short"))
    reject(ledger, rejected("a.csv", "lacks a column"))
    assert open_rejected_files(ledger) == [rejected("a.csv", "lacks a column")]
    assert set(seen_files(ledger, source="crm", stream="deals")) == {("mapping", "a.csv")}


def test_a_rejection_is_resolved_when_the_file_lands(ledger: Ledger) -> None:
    reject(ledger, rejected("a.csv", "cut short"))
    reject(ledger, rejected("b.csv", "cut short"))
    enter_load(ledger, 1, file_part("a.csv"), stream="calls")
    assert len(open_rejected_files(ledger)) == 2, "another stream's file"
    enter_load(ledger, 2, file_part("a.csv"))
    enter_load(ledger, 3, file_part("b.repaired.csv"))
    assert open_rejected_files(ledger) == []
