"""Opening the ledger."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.core.errors import SourceError
from orchestration.ingestion.ledger.connection import Ledger


def test_corrupt_ledger_is_named(tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite").write_bytes(b"not a database at all" * 100)
    with pytest.raises(SourceError, match="ledger"):
        Ledger(tmp_path / "ledger.sqlite")
