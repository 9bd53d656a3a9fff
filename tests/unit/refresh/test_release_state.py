"""The two sides of staleness: what the release was built from, and which loads count now."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from orchestration.core.errors import ReleaseCorrupt
from orchestration.core.records import RemovedStream
from orchestration.ingestion import Ledger
from orchestration.ingestion.ledger.parts import parts_of_load, replace_parts
from orchestration.ingestion.ledger.unnamed_streams import record_named_streams
from orchestration.refresh.release_state import (
    BUILD_STATE,
    effective_loads,
    released_state,
    removed_streams,
)
from orchestration.settings import Home
from tests.unit.ingestion.ledger.factories import enter_load, file_part
from tests.unit.publication.factories import make_release
from tests.unit.refresh.factories import STATE


def test_the_state_beside_the_databases_of_the_current_release(home: Home) -> None:
    assert released_state(home) is None
    make_release(home, "run-1", amount=1)
    assert released_state(home) is None, "a release of an earlier version"
    folder = home.current.resolve()
    (folder / BUILD_STATE).write_text(STATE.to_json())
    assert released_state(home) == STATE
    (folder / "marts.duckdb").unlink()
    with pytest.raises(ReleaseCorrupt):
        released_state(home)


def test_loads_count_in_their_order_without_the_parts_that_were_replaced(home: Home) -> None:
    with Ledger(home.ledger) as ledger:
        enter_load(ledger, 1, file_part("a.csv"), file_part("b.csv", part=2))
        enter_load(ledger, 2, file_part("c.csv"))
        enter_load(ledger, 3, file_part("d.csv"))
        replace_parts(ledger, [parts_of_load(ledger, "load-1")[1]], by="r")
        replace_parts(ledger, parts_of_load(ledger, "load-2"), by="r")
    assert effective_loads(home) == {"load-1": [2], "load-3": []}
    assert Path(home.ledger).is_file()


def enter(home: Home) -> None:
    """Loads of `old`, and of `new` with the first of its files."""
    with Ledger(home.prepare().ledger) as ledger:
        enter_load(ledger, 1, file_part("a.csv", landed=5), source="old")
        enter_load(ledger, 2, file_part("b.csv", landed=7), source="old")
        enter_load(ledger, 3, file_part("a.csv", landed=5), source="new")


def name(home: Home, *sources: str) -> None:
    with Ledger(home.ledger) as ledger:
        record_named_streams(ledger, {(source, "deals") for source in sources})


def test_a_stream_that_the_release_holds_and_that_is_no_longer_named(home: Home) -> None:
    enter(home)
    name(home, "old", "new")
    before = replace(STATE, landed=effective_loads(home))
    assert removed_streams(home, before) == ()
    name(home, "new")
    assert removed_streams(home, before) == (
        RemovedStream("old", "deals", ("load-1", "load-2"), 2, 12, ("new",), 1),
    )
    assert effective_loads(home) == {"load-3": []}
    # the next release holds it no longer: it was reported
    assert removed_streams(home, replace(STATE, landed=effective_loads(home))) == ()
