"""What `embudo doctor` finds wrong with a company."""

from __future__ import annotations

from collections.abc import Callable

from orchestration.operations.doctor import Finding, Inspection, diagnose
from tests.faults.tiny_company import TinyCompany


def wrong(company: TinyCompany, *, quick: bool = False) -> list[Finding]:
    """Every finding that is not all right; each names what fixes it."""
    findings = diagnose(Inspection(config=company.config, home=company.home, quick=quick))
    areas = ["versions", "settings", "lock", "ledger", "landing", "releases", "leftovers", "disk"]
    assert {finding.area for finding in findings} == {*areas, "permissions", "clocks"}
    assert all(finding.fix for finding in findings if finding.state != "ok")
    return [finding for finding in findings if finding.state != "ok"]


def assert_named(
    company: TinyCompany,
    corrupt: Callable[[TinyCompany], None],
    *,
    area: str,
    words: str,
    fix: str,
) -> None:
    """What corrupting a company does is found in its area, in these words, with what fixes it."""
    corrupt(company)
    findings = diagnose(Inspection(config=company.config, home=company.home))
    named = [
        finding
        for finding in findings
        if finding.state != "ok" and finding.area == area and words in finding.message
    ]
    assert named, findings
    assert fix in named[0].fix
