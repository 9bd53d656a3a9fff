"""An open ledger, and loads to enter in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestration.ingestion.ledger.connection import Ledger


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """A new ledger without loads."""
    with Ledger(tmp_path / "ledger.sqlite") as opened:
        yield opened
