"""What a killed run or a corrupt disk left behind, repaired before a refresh begins.

`ingestion.repair_ledger` and `publication.recover` repair what is theirs; here the ledger learns how killed
runs ended.
"""

from __future__ import annotations

from orchestration import ingestion, publication
from orchestration.core.failpoints import failpoint
from orchestration.core.records import Reporter
from orchestration.ingestion.ledger.runs import end_refresh, unfinished_refreshes
from orchestration.settings import Home

_KILLED = "The run was killed before it ended; nothing of it was published. `embudo refresh` begins again."


def recover(home: Home, report: Reporter) -> None:
    """Repair the ledger, finish or clear away what was cut short, and report it; the caller holds the lock."""
    failpoint("refresh.locked")
    repaired = ingestion.repair_ledger(home)
    with ingestion.Ledger(home.ledger) as ledger:
        killed = unfinished_refreshes(ledger)
        recovered = publication.recover(home, killed=killed)
        published = {release.run_id: release for release in publication.releases(home)}
        for run_id in killed:
            release = published.get(run_id)
            end_refresh(
                ledger,
                run_id,
                verdict=release.verdict if release else "killed",
                release_id=release.release_id if release else None,
                error=None if release else _KILLED,
            )
    messages = [repaired] if repaired else []
    if killed:
        messages.append(f"{len(killed)} killed run(s) cleared away: {', '.join(killed)}")
    if recovered.finished:
        messages.append(f"finished publishing {recovered.finished}")
    if messages:
        report.step("Recover")
        report.detail("; ".join(messages))
    failpoint("refresh.recovered")
