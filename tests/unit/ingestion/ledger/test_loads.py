"""Loads: entered with their files, numbered, listed, rewritten with fewer rows."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

import pytest

from orchestration.ingestion.ledger.connection import Ledger
from orchestration.ingestion.ledger.loads import (
    active_loads,
    add_load,
    all_loads,
    load_digests,
    next_load_seq,
    record_rewritten_load,
)
from orchestration.ingestion.ledger.parts import parts_of_load, replace_parts
from tests.unit.ingestion.ledger.factories import enter_load, file_part


def test_a_load_comes_back_as_it_was_entered(ledger: Ledger) -> None:
    assert next_load_seq(ledger) == 1
    first = enter_load(ledger, 1, file_part("a.csv"), file_part("b.csv", part=2, quarantined=1))
    second = enter_load(ledger, 2, file_part("c.csv"), stream="calls")
    assert all_loads(ledger) == [first, second]
    assert all_loads(ledger, source="crm", stream="calls") == [second]
    assert load_digests(ledger) == {"load-1": "sha-1", "load-2": "sha-2"}
    assert next_load_seq(ledger) == 3


def test_a_load_counts_until_all_its_parts_are_replaced(ledger: Ledger) -> None:
    load = enter_load(ledger, 1, file_part("a.csv"), file_part("b.csv", part=2))
    first, second = parts_of_load(ledger, "load-1")
    assert active_loads(ledger) == [(load, ())]
    replace_parts(ledger, [first], by="run-2")
    assert active_loads(ledger) == [(load, (1,))]
    replace_parts(ledger, [second], by="run-3")
    assert active_loads(ledger) == []
    assert all_loads(ledger) == [load], "what was replaced stays in the ledger"


def test_a_load_replaces_parts_in_its_own_transaction(ledger: Ledger) -> None:
    enter_load(ledger, 1, file_part("a.csv"))
    newer = enter_load(
        ledger, 2, file_part("a.csv", landed=4), replaced=parts_of_load(ledger, "load-1")
    )
    assert active_loads(ledger) == [(newer, ())]


def test_a_load_whose_rows_do_not_add_up_leaves_nothing(ledger: Ledger) -> None:
    load = enter_load(ledger, 1, file_part("a.csv"))
    wrong = replace(load, load_id="load-2", load_seq=2, rows_read=99)
    with pytest.raises(sqlite3.IntegrityError):
        add_load(ledger, wrong, run_id="run", sha256="sha-2", parts=[file_part("b.csv")])
    assert all_loads(ledger) == [load]
    assert parts_of_load(ledger, "load-2") == []


def test_rows_that_a_rewritten_load_lost_count_as_skipped(ledger: Ledger) -> None:
    enter_load(
        ledger,
        1,
        file_part("a.csv", landed=3, quarantined=2),
        file_part("b.csv", part=2, landed=4),
    )
    record_rewritten_load(
        ledger, "load-1", sha256="new", size_bytes=50, landed={1: 2, 2: 4}, quarantined={1: 1}
    )
    [load] = all_loads(ledger)
    assert (load.rows_read, load.rows_landed, load.rows_quarantined, load.rows_skipped) == (
        9,
        6,
        1,
        2,
    )
    assert load.size_bytes == 50
    assert load_digests(ledger) == {"load-1": "new"}
