"""Companies whose releases are made without a refresh: for the command line, operations and readers of releases."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from orchestration.core.private_files import OF_OTHERS
from tests.faults.tiny_company import TinyCompany
from tests.unit.publication.factories import make_release
from tests.unit.tiny_release import parsed, release_dir

__all__ = ["parsed", "release_dir"]
"""Fixtures of a tiny release, for the packages that read releases."""


@pytest.fixture(scope="session")
def landed_company(tmp_path_factory: pytest.TempPathFactory) -> TinyCompany:
    """Two days landed, with two quarantined rows, and two releases made without dbt."""
    company = TinyCompany.make(tmp_path_factory.mktemp("landed") / "tiny", days=2)
    before = os.umask(OF_OTHERS)  # as a refresh sets it
    try:
        company.land()
        make_release(company.home, "run-1", amount=10)
        make_release(company.home, "run-2", amount=20)
    finally:
        os.umask(before)
    return company


@pytest.fixture
def company(landed_company: TinyCompany, tmp_path: Path) -> TinyCompany:
    """A copy of that company."""
    folder = tmp_path / "tiny"
    shutil.copytree(landed_company.folder, folder, symlinks=True)
    return TinyCompany(folder)
