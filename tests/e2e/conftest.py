"""The made-up company after one refresh, shared by the tests that only look at it."""

from __future__ import annotations

from pathlib import Path

import pytest

import sandbox
from tests.conftest import Embudo

SCALE = 0.05


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small company's exports, with the troubles of which a refresh warns."""
    folder = tmp_path_factory.mktemp("company")
    sandbox.generate(folder, scale=SCALE, troubles=True)
    return folder


@pytest.fixture(scope="session")
def company(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Embudo:
    """The company after one refresh. Tests do not change it."""
    company = Embudo(home=tmp_path_factory.mktemp("home"), config=folder / "embudo.yml")
    company("refresh")
    return company
