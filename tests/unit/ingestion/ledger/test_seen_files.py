"""Files that need not be read again."""

from __future__ import annotations

from dataclasses import replace

from orchestration.ingestion.ledger.connection import Ledger
from orchestration.ingestion.ledger.parts import parts_of_load
from orchestration.ingestion.ledger.seen_files import (
    SeenFile,
    forget_seen_files,
    record_seen_file,
    seen_files,
)
from tests.unit.ingestion.ledger.factories import enter_load, file_part

FILE = SeenFile("a.csv", 10, 1, "sha", "mapping")


def test_a_file_is_known_by_mapping_and_path_with_its_last_state(ledger: Ledger) -> None:
    touched = replace(FILE, mtime_ns=2)
    record_seen_file(ledger, FILE, source="crm", stream="deals")
    record_seen_file(ledger, touched, source="crm", stream="deals")
    assert seen_files(ledger, source="crm", stream="deals") == {("mapping", "a.csv"): touched}
    assert seen_files(ledger, source="crm", stream="calls") == {}


def test_forgotten_files_of_parts_are_read_again(ledger: Ledger) -> None:
    enter_load(ledger, 1, file_part("a.csv"), file_part("b.csv", part=2))
    first, _ = parts_of_load(ledger, "load-1")
    forget_seen_files(ledger, [first], source="crm", stream="deals")
    assert set(seen_files(ledger, source="crm", stream="deals")) == {("mapping", "b.csv")}
