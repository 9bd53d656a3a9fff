"""Reports of checks name no contact."""

from __future__ import annotations

from pathlib import Path

from orchestration.core.records import CheckResult
from orchestration.quality.private_reports import without_personal_data
from tests.unit.privacy.private_company import make
from tests.unit.quality.factories import gate_input

CHECK = CheckResult(
    gate=1,
    name="loads.values",
    subject="crm.deals",
    outcome="warn",
    severity="warn",
    observed="found 'Ana Ruiz, 605129071'",
    expected="words",
    sample_keys=("crm:Jesús Sánchez Garrido", "crm:7"),
    failed_keys=("crm:Jesús Sánchez Garrido",),
)


def test_names_and_numbers_are_masked(tmp_path: Path) -> None:
    make(tmp_path, {})
    (one,) = without_personal_data((CHECK,), gate_input(tmp_path))
    assert one.observed == "found '***, ***'"
    assert (one.sample_keys, one.failed_keys) == (("crm:***", "crm:7"), ("crm:***",))
    assert one.expected == "words"


def test_a_candidate_without_landed_rows_is_left_alone(tmp_path: Path) -> None:
    assert without_personal_data((CHECK,), gate_input(tmp_path)) == (CHECK,)
