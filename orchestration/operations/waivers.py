"""Waivers: a person lets one named check of the gate fail in the next refresh, with a reason and a signature.

What a waiver changes in the gate belongs to `quality`; its rows to the ledger.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches

from orchestration import quality
from orchestration.core.errors import WaiverInvalid
from orchestration.core.records import Waiver
from orchestration.ingestion import Ledger
from orchestration.ingestion.ledger import runs
from orchestration.ingestion.ledger import waivers as ledger_waivers
from orchestration.refresh.gate_requirements import required_checks
from orchestration.settings import Home
from orchestration.settings.values import nearest
from orchestration.settings.workspace import Workspace
from orchestration.transformation.project import Project

_SUGGESTIONS = 5


@dataclass(frozen=True, kw_only=True)
class WaiverState:
    """A waiver as it is listed; `state` is `open`, `withdrawn`, `used by run …` or `released in …`."""

    check: str
    state: str
    signed_by: str
    at: datetime
    reason: str


def add_waiver(workspace: Workspace, check: str, *, reason: str, signed_by: str) -> Waiver:
    """Waive a check (`NAME`, or `NAME on SUBJECT`) for one refresh.

    Raises `WaiverInvalid` where the gate has no such check, or where it could not run in the last refresh.
    """
    if not reason.strip():
        raise WaiverInvalid(
            f"A waiver of {check} needs a reason, which everybody who reads the figures sees: "
            'add --reason "…".'
        )
    with Ledger(workspace.home.prepare().ledger) as ledger:
        _require_known(check, workspace)
        _require_ran(check, workspace.home, ledger)
        return ledger_waivers.grant_waiver(
            ledger, check, reason=" ".join(reason.split()), signed_by=signed_by
        )


def withdraw_waiver(home: Home, check: str) -> None:
    """Take back a waiver that no release has used; raises `WaiverInvalid` where there is none."""
    with Ledger(home.prepare().ledger) as ledger:
        if not ledger_waivers.withdraw_waiver(ledger, check):
            raise WaiverInvalid(
                f"There is no open waiver of {check!r}; `embudo waive --list` shows all waivers."
            )


def list_waivers(home: Home) -> tuple[WaiverState, ...]:
    """All waivers, the newest first."""
    with Ledger(home.prepare().ledger) as ledger:
        waivers = ledger_waivers.all_waivers(ledger)
    return tuple(
        WaiverState(
            check=waiver.check,
            state=_state(waiver),
            signed_by=waiver.signed_by,
            at=waiver.at,
            reason=waiver.because,
        )
        for waiver in waivers
    )


def suggestions(name: str, checks: Mapping[str, str]) -> str:
    """The end of a message about a mistyped check: the names most like it, and where names are shown."""
    close = get_close_matches(name, checks, n=_SUGGESTIONS, cutoff=0.5)
    if not close:
        close = [known for known in sorted(checks) if name.casefold() in known.casefold()]
    hint = f"; the nearest are {', '.join(close[:_SUGGESTIONS])}" if close else ""
    return f"{hint}. `embudo status --explain` names those that failed."


def _state(waiver: Waiver) -> str:
    if waiver.withdrawn:
        return "withdrawn"
    if waiver.release_id:
        return f"released in {waiver.release_id}"
    return f"used by run {waiver.used_by}" if waiver.used_by else "open"


def _require_known(check: str, workspace: Workspace) -> None:
    checks = required_checks(Project(workspace), unit_tests=True)
    name, on, subject = check.partition(" on ")
    if name not in checks:
        raise WaiverInvalid(f"No check is called {name!r}{suggestions(name, checks)}")
    subjects = {checks[name], *_subjects_of_loads(name, workspace)}
    if on and subject not in subjects:
        raise WaiverInvalid(
            f"{name} checks {', '.join(sorted(subjects))}, not {subject!r}{nearest(subject, subjects)}"
        )


def _subjects_of_loads(name: str, workspace: Workspace) -> set[str]:
    if not name.startswith("loads."):
        return set()
    sources = workspace.settings.sources
    return set(sources) | {
        f"{source}.{stream}" for source, spec in sources.items() for stream in spec.streams
    }


def _require_ran(check: str, home: Home, ledger: Ledger) -> None:
    last = next(iter(runs.recent_refreshes(ledger, limit=1)), None)
    report = quality.read_gate(home.candidate(last.run_id)) if last else None
    for result in report.checks if report else ():
        if check in (result.name, result.title) and not result.ran:
            raise WaiverInvalid(
                f"{result.title} {result.observed}. A check that could not run cannot be waived: fix what "
                "keeps it from running, then `embudo refresh`."
            )
