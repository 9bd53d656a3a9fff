"""A company whose releases are made without dbt, and what `embudo doctor` finds wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.tiny_company import TinyCompany
from tests.unit.publication.factories import make_release


@pytest.fixture
def company(tmp_path: Path) -> TinyCompany:
    """Two days landed, two releases made without dbt."""
    company = TinyCompany.make(tmp_path / "tiny", days=2)
    company.land()
    make_release(company.home, "run-1", amount=10)
    make_release(company.home, "run-2", amount=20)
    return company
