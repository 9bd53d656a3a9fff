"""One small company for all tests of the sandbox, and the hand-written oracle beside the end-to-end tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox import END, Truth, generate
from sandbox.company import Company, make_company

SCALE = 0.05


@pytest.fixture(scope="session")
def company_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A company at a twentieth of its size, with all of its days and troubles."""
    folder = tmp_path_factory.mktemp("company")
    generate(folder, scale=SCALE, troubles=True)
    return folder


@pytest.fixture(scope="session")
def truth(company_folder: Path) -> Truth:
    """The ground truth of that company's files."""
    return Truth.read(company_folder)


@pytest.fixture(scope="session")
def company() -> Company:
    """The arrays of that company."""
    return make_company(seed=7, scale=SCALE, months=24, end=END, troubles=True)
