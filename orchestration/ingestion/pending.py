"""Files that the next refresh will read. Nothing is read or landed here."""

from __future__ import annotations

from dataclasses import dataclass

from orchestration.ingestion.inbox import scan
from orchestration.ingestion.ledger.connection import Ledger
from orchestration.settings.contract_loading import load_contract
from orchestration.settings.workspace import Workspace


@dataclass(frozen=True)
class PendingFile:
    """A file that the next refresh will read; its path is relative to the inbox."""

    source: str
    stream: str
    file: str
    size_bytes: int


def pending_files(workspace: Workspace) -> list[PendingFile]:
    """Files in the inboxes that no load has yet, and those whose mapping has changed.

    Raises `SourceError` where an inbox cannot be read.
    """
    contract = load_contract()
    pending: list[PendingFile] = []
    with Ledger(workspace.home.prepare().ledger) as ledger:
        for source, spec in workspace.settings.sources.items():
            for stream in spec.streams:
                changes = scan(
                    workspace.settings,
                    workspace.home,
                    source=source,
                    stream=contract[stream],
                    ledger=ledger,
                )
                files = [(file.path, file.size) for file in changes.pending]
                files += [(part.path, 0) for part in changes.replaced if not files]
                pending += [PendingFile(source, stream, path, size) for path, size in files]
    return pending
