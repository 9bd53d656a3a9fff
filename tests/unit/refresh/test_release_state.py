"""The two sides of staleness: what the release was built from, and which loads count now."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.core.errors import ReleaseCorrupt
from orchestration.ingestion import Ledger
from orchestration.ingestion.ledger.parts import parts_of_load, replace_parts
from orchestration.refresh.release_state import BUILD_STATE, effective_loads, released_state
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
