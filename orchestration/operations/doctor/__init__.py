"""`embudo doctor`: checks of a home and of what it runs on, each finding with the command that fixes it.

Nothing is changed here. Showing findings belongs to the command line, repairing to the refresh.
"""

from __future__ import annotations

from orchestration.core.errors import EmbudoError
from orchestration.operations.doctor import environment_checks, home_checks
from orchestration.operations.doctor.findings import Finding, Inspection

__all__ = ["Finding", "Inspection", "diagnose"]


def diagnose(inspection: Inspection) -> list[Finding]:
    """All findings, in the order in which things depend on one another.

    A check that cannot be done is itself a finding.
    """
    findings: list[Finding] = []
    for area, check in (
        ("versions", environment_checks.check_versions),
        ("settings", environment_checks.check_settings),
        ("lock", home_checks.check_lock),
        ("ledger", home_checks.check_ledger),
        ("landing", home_checks.check_landing),
        ("releases", home_checks.check_releases),
        ("permissions", home_checks.check_permissions),
        ("shared marts", home_checks.check_shared_marts),
        ("leftovers", home_checks.check_leftovers),
        ("disk", environment_checks.check_disk),
        ("clocks", environment_checks.check_clocks),
    ):
        try:
            findings += check(inspection)
        except (EmbudoError, OSError) as error:
            findings.append(Finding(area, "error", str(error)))
    return findings
