"""One small company for all tests of the sandbox, and the hand-written oracle beside the end-to-end tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox import Truth, generate
from sandbox.company import Company, make_company
from sandbox.generation import END


@pytest.fixture(scope="session")
def company_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A company at a twentieth of its size, with all of its days."""
    folder = tmp_path_factory.mktemp("company")
    generate(folder, scale=0.05)
    return folder


@pytest.fixture(scope="session")
def truth(company_folder: Path) -> Truth:
    """The ground truth of that company's files."""
    return Truth.read(company_folder)


@pytest.fixture(scope="session")
def company() -> Company:
    """That company itself, before it is exported."""
    return make_company(seed=7, scale=0.05, months=24, end=END)
