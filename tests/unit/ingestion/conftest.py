"""What the tests of ingestion share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.ingestion.factories import Company


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Company:
    """A company without files."""
    for name in ("EMBUDO_INBOX", "EMBUDO_HOME", "EMBUDO_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    return Company(tmp_path)
