"""What stays the same through one refresh."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from orchestration.settings import Home, Settings
from tests.unit.refresh.factories import make_context, make_project


def test_a_context_is_that_of_its_project_and_cannot_change(home: Home) -> None:
    settings = Settings(config_file=home.root / "embudo.yml", company="Other")
    context = make_context(home, project=make_project(home, settings=settings))
    assert context.settings is settings
    assert context.home == context.workspace.home == home
    with pytest.raises(FrozenInstanceError):
        context.run_id = "run-2"  # type: ignore[misc]
