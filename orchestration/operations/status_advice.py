"""What somebody should do about the status of a home: one sentence per thing, each with its command."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from orchestration.core.errors import SourceError
from orchestration.ingestion.pending import pending_files
from orchestration.operations.ages import age, ago
from orchestration.operations.status import Status
from orchestration.quality.registry import default_limits
from orchestration.settings.workspace import Workspace

_WARNINGS_LISTED = 10


def advice(status: Status, *, config: Path, home: Path) -> tuple[str, ...]:
    """What to do next; where `config` exists, the inbox is checked too."""
    if not status.has_landed:
        return ("Nothing has been landed here yet: `embudo demo`, or `embudo init`.",)
    sentences = [*_of_refreshes(status), *_of_warnings(status), *_of_data(status)]
    if config.exists():
        workspace = Workspace.open(config=config, home=home, inbox=None)
        sentences += [*_of_inbox(workspace), *_of_quiet_streams(workspace, status)]
    if status.release is None and not status.corruption:
        sentences.append("There is no release yet: `embudo refresh`.")
    return tuple(sentences) or ("Nothing: everything is in order.",)


def _of_refreshes(status: Status) -> Iterator[str]:
    if status.corruption:
        yield f"{status.corruption} `embudo doctor` checks the whole home."
    last = next(iter(status.refreshes), None)
    if last and last.verdict == "killed":
        yield "The last refresh was killed: `embudo refresh` cleans up and starts again."
    elif last and last.error:
        yield (
            f"The last refresh failed: {last.error.splitlines()[0]} See `embudo status --explain`; "
            "readers still get the current release."
        )


def _of_warnings(status: Status) -> Iterator[str]:
    """One sentence per warning of the current release: check, subject, cause, what to do."""
    release = status.release
    if release is None:
        return
    for check in release.warnings[:_WARNINGS_LISTED]:
        rows = {row.rpartition(" (")[0]: row for row in check.sample_rows}
        sample = ", ".join(rows.get(key, key) for key in dict.fromkeys(check.sample_keys))
        yield (
            f"Warning {check.title}: {check.observed}"
            + (f", for example {sample}" if sample else "")
            + f"; expected: {check.expected}. "
            + (check.remedy or "The Data Docs have the rows and what is examined.")
        )
    if (more := len(release.warnings) - _WARNINGS_LISTED) > 0:
        yield f"{more} more warning(s): `embudo status --explain` lists them."
    if release.verdict == "warn" and not release.warnings and not release.waived:
        yield "The current release has warnings: `embudo status --explain`, or its Data Docs."


def _of_data(status: Status) -> Iterator[str]:
    quarantined = sum(stream.rows_quarantined for stream in status.streams)
    if quarantined:
        yield (
            f"{quarantined:,} row(s) are in quarantine: `embudo quarantine` lists them, "
            "`embudo quarantine --export FOLDER` writes them out to be fixed."
        )
    for file in status.rejected_files:
        yield f"{file.source} {file.stream}: {file.file} was rejected: {file.reason}"
    for load in status.quarantined_loads:
        yield (
            f"Load {load.load_id} of {load.source} {load.stream} ({load.rows_landed:,} rows) is in "
            f"quarantine: {load.reason}. Drop the corrected file, or reinstate the load as it is: embudo "
            f'waive "{load.check} on {load.source}.{load.stream}" --reason "…"'
        )
    for waiver in status.waivers:
        yield f"The next refresh may use the waiver of {waiver.check} ({waiver.text})."


def _of_inbox(workspace: Workspace) -> Iterator[str]:
    try:
        pending = pending_files(workspace)
    except SourceError as error:  # the status of what has landed is shown all the same
        yield f"New files cannot be seen: {error}"
    else:
        if pending:
            yield f"{len(pending)} new file(s) are in the inbox: `embudo refresh`."


def _of_quiet_streams(workspace: Workspace, status: Status) -> Iterator[str]:
    days = workspace.settings.limits.silent_days or default_limits()["silent_days"] or 0
    silent = timedelta(days=days)
    quiet = [
        f"{stream.source} {stream.stream} ({ago(stream.last_load)})"
        for stream in status.streams
        if age(stream.last_load) > silent
    ]
    if quiet:
        yield f"Quiet for more than {silent.days} days: {', '.join(quiet)}."
