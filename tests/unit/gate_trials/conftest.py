"""A small company's files with a month to damage, made once; each test has a copy."""

from __future__ import annotations

import pytest

from tests.gate_trials.base import Base, write_company


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Base:
    """Files only: nothing is refreshed."""
    folder = tmp_path_factory.mktemp("base")
    write_company(folder, company=101, scale=0.1)
    return Base(folder)
