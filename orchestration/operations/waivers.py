"""Waivers: a person lets one named check of the gate fail in the next refresh, with a reason and a signature.

What a waiver changes in the gate belongs to `quality`; its rows to the ledger.
"""

from __future__ import annotations

import os
import pwd
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from difflib import get_close_matches

from orchestration.core.errors import WaiverInvalid
from orchestration.core.records import FailedCheck, Waiver
from orchestration.ingestion import Ledger
from orchestration.ingestion.ledger import runs
from orchestration.ingestion.ledger import waivers as ledger_waivers
from orchestration.refresh.gate_requirements import required_checks
from orchestration.settings import Home
from orchestration.settings.values import nearest
from orchestration.settings.workspace import Workspace
from orchestration.transformation.project import Project

_SUGGESTIONS = 5
_RUNS = 50
"""Refreshes, the last ones, that a waiver may name."""
_LONGEST = timedelta(days=90)


@dataclass(frozen=True, kw_only=True)
class WaiverState:
    """A waiver as it is listed; `state` is `open`, `withdrawn`, `used by run …` or `released in …`."""

    check: str
    state: str
    signed_by: str
    at: datetime
    reason: str
    seen: str
    """The run that it is for, and what that found."""
    until: datetime | None


def add_waiver(
    workspace: Workspace,
    check: str,
    *,
    reason: str,
    named: str = "",
    run: str = "",
    until: date | None = None,
) -> Waiver:
    """Waive a check (`NAME`, or `NAME on SUBJECT`) for what a refresh found, for one release.

    The account of the operating system signs; `named` is a name beside it. `run` is the refresh, the last one by
    default; `until` the last day (UTC) on which the waiver may be used. Raises `WaiverInvalid` where the gate has no
    such check, or where it did not fail in that refresh, or could not run.
    """
    if not reason.strip():
        raise WaiverInvalid(
            f"A waiver of {check} needs a reason, which everybody who reads the figures sees: "
            'add --reason "…".'
        )
    with Ledger(workspace.home.prepare().ledger) as ledger:
        _require_known(check, workspace)
        return ledger_waivers.grant_waiver(
            ledger,
            _failed(check, ledger, run),
            reason=" ".join(reason.split()),
            signed_by=signature(named),
            until=_end_of(until) if until else None,
        )


def signature(named: str = "") -> str:
    """The account that this process runs as, whatever its environment says; a name that was given stands beside it."""
    try:
        account = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        account = f"uid {os.getuid()}"
    stated_name = " ".join(named.split())
    return f"{account} ({stated_name})" if stated_name and stated_name != account else account


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
            seen=f"{waiver.seen.run_id}: {waiver.seen.observed}" if waiver.seen else "",
            until=waiver.until,
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
    if waiver.has_ended and not waiver.used_by:
        return "ended unused"
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


def _failed(check: str, ledger: Ledger, run_id: str) -> FailedCheck:
    """What a refresh found of a check that failed in it."""
    recent = runs.recent_refreshes(ledger, limit=_RUNS)
    run = next((run for run in recent if run_id in ("", run.run_id)), None)
    if run is None:
        known = ", ".join(run.run_id for run in recent[:_SUGGESTIONS]) or "none"
        raise WaiverInvalid(
            f"A waiver of {check} is for what a refresh found: "
            + (
                f"there is no run {run_id!r}; the last are {known}."
                if run_id
                else "there was none."
            )
            + " Run `embudo refresh` first."
        )
    failed = runs.failed_checks(run)
    matches = [
        finding
        for finding in failed
        if check in (finding.check, finding.check.partition(" on ")[0])
    ]
    if not matches:
        listed = ", ".join(finding.check for finding in failed[:_SUGGESTIONS]) or "nothing"
        raise WaiverInvalid(
            f"{check} did not fail in run {run.run_id}, so that there is nothing to waive; failed: {listed}. Run "
            "`embudo refresh` first, or name an earlier run with --run."
        )
    if len(matches) > 1:
        raise WaiverInvalid(
            f"{check} failed on several subjects in run {run.run_id}: waive each by itself: "
            + ", ".join(f'"{finding.check}"' for finding in matches)
        )
    if not matches[0].ran:
        raise WaiverInvalid(
            f"{matches[0].check} {matches[0].observed}. A check that could not run cannot be waived: fix what "
            "keeps it from running, then `embudo refresh`."
        )
    return matches[0]


def _end_of(day: date) -> datetime:
    """The moment after a day (UTC); raises `WaiverInvalid` for a day that is over, or too far."""
    today = datetime.now(UTC).date()
    if not today <= day <= today + _LONGEST:
        raise WaiverInvalid(
            f"A waiver until {day} cannot be granted: expected a day from {today} to {today + _LONGEST}. What is "
            "right for longer is a standing exception: `exceptions` in embudo.yml."
        )
    return datetime.combine(day + timedelta(days=1), time(), UTC)
