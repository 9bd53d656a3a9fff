"""What a killed run or a damaged disk left behind, put right before a refresh begins.

The rooms mend what is theirs (`ingestion.repair_ledger`, `publication.recover`); here the ledger learns how
runs ended that could not say so themselves.
"""

from __future__ import annotations

from orchestration import ingestion, publication
from orchestration.core.failpoints import failpoint
from orchestration.core.records import Reporter
from orchestration.ingestion.ledger.runs import end_refresh, unfinished_refreshes
from orchestration.refresh.workspace import Workspace

_KILLED = "The run was killed before it ended; nothing of it was published. `embudo refresh` begins again."


def recover(workspace: Workspace, report: Reporter) -> None:
    """Mend the ledger, finish or clear away what was cut short, and say so; the refresh lock is held."""
    failpoint("refresh.locked")
    home = workspace.home
    mended = ingestion.repair_ledger(home)
    with ingestion.Ledger(home.ledger) as ledger:
        killed = unfinished_refreshes(ledger)
        done = publication.recover(workspace.layout, killed=killed)
        published = {release.run_id: release for release in publication.releases(workspace.layout)}
        for run_id in killed:
            release = published.get(run_id)
            end_refresh(
                ledger,
                run_id,
                verdict=release.verdict if release else "killed",
                release_id=release.release_id if release else None,
                error=None if release else _KILLED,
            )
    said = [mended] if mended else []
    if killed:
        said.append(f"{len(killed)} killed run(s) cleared away: {', '.join(killed)}")
    if done.finished:
        said.append(f"finished publishing {done.finished}")
    if said:
        report.step("Recover")
        report.detail("; ".join(said))
    failpoint("refresh.recovered")
