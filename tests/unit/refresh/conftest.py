"""What the tests of a refresh share."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.settings import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.at(tmp_path / "home").prepare()
