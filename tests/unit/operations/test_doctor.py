"""`embudo doctor`: every area is inspected, in order, and a check that cannot be done is a finding."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.core.errors import LandingCorrupt
from orchestration.operations.doctor import Finding, Inspection, diagnose, home_checks
from tests.faults.tiny_company import TinyCompany
from tests.unit.operations.doctor.findings import wrong


@pytest.mark.parametrize("quick", [True, False])
def test_a_sound_home_has_nothing_wrong(company: TinyCompany, quick: bool) -> None:
    assert wrong(company, quick=quick) == []


def test_a_home_that_is_not_there_has_nothing_wrong(tmp_path: Path) -> None:
    company = TinyCompany.make(tmp_path / "tiny")
    findings = diagnose(Inspection(config=company.config, home=company.home))
    assert [finding for finding in findings if finding.state != "ok"] == []
    assert not company.home.root.exists()


def test_a_check_that_cannot_be_done_is_a_finding(
    company: TinyCompany, monkeypatch: pytest.MonkeyPatch
) -> None:
    def raise_(_: Inspection) -> None:
        raise LandingCorrupt("it cannot be read")

    monkeypatch.setattr(home_checks, "check_landing", raise_)
    findings = diagnose(Inspection(config=company.config, home=company.home, quick=True))
    assert Finding("landing", "error", "it cannot be read") in findings
    areas = [finding.area for finding in findings]
    assert areas.index("ledger") < areas.index("landing") < areas.index("releases")
