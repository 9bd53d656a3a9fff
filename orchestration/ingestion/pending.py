"""Files that the next refresh will read. Nothing is read or landed here."""

from __future__ import annotations

from dataclasses import dataclass

from orchestration.core.errors import SourceError
from orchestration.ingestion.formats.readers import format_type
from orchestration.ingestion.inbox import InboxFile, scan
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
    fault: str = ""
    """Why it cannot be read, where its name tells."""


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
                pending += [
                    PendingFile(source, stream, file.path, file.size, _fault(file))
                    for file in changes.pending
                ]
                if not changes.pending:
                    pending += [
                        PendingFile(source, stream, part.path, 0) for part in changes.replaced
                    ]
    return pending


def _fault(file: InboxFile) -> str:
    try:
        format_type(file.absolute, file.file_format)
    except SourceError as error:
        return str(error)
    return ""
