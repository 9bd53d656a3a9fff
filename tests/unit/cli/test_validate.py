"""`embudo validate`: what `operations` checked, printed."""

from __future__ import annotations

import pytest

from orchestration.operations import validate
from orchestration.operations.validate import Validation
from tests.unit.cli.conftest import CommandLine


def test_what_passed_what_waits_and_what_changed(
    embudo: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    validation = Validation(passed=("13 seeds [1] are valid",)) + Validation(
        pending=("no release yet",), changed=("revenue", "orders")
    )
    monkeypatch.setattr(validate, "validate_project", lambda **_: validation)
    printed = embudo("validate").stdout
    assert "✓ 13 seeds [1] are valid" in printed
    assert "• no release yet" in printed
    assert "Changed since the current release: revenue, orders" in printed
    assert "embudo query revenue --draft" in printed


def test_settings_are_read_only_where_they_exist(
    embudo: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments: list[object] = []

    def note(*, config: object, home: object) -> Validation:
        arguments.append(config)
        return Validation()

    monkeypatch.setattr(validate, "validate_project", note)
    embudo("validate")
    assert arguments == [None]
