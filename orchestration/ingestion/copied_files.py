"""Files that two sources have landed alike: the same bytes, for the same stream, by the same mapping.

Their rows count twice, since keys are those of their source. Whether that is reported belongs to `quality`; a source
that was renamed is none, since its old name no longer counts.
"""

from __future__ import annotations

import json
from collections.abc import Collection

from orchestration.core.records import CopiedFiles
from orchestration.ingestion.inbox import fingerprint
from orchestration.ingestion.ledger.connection import Ledger
from orchestration.ingestion.ledger.parts import ActivePart, active_parts
from orchestration.settings import Settings
from orchestration.settings.contract_loading import load_contract


def copied_files(
    settings: Settings, ledger: Ledger, *, loads: Collection[str]
) -> tuple[CopiedFiles, ...]:
    """Files of `loads` (by id) that another source has landed too, by source and stream."""
    by_content: dict[tuple[str, str, str], list[tuple[str, ActivePart]]] = {}
    for source, stream in sorted(settings.named_streams()):
        mappings = _mappings(settings, source, stream)
        for part in active_parts(ledger, source=source, stream=stream):
            if (mapping := mappings.get(part.fingerprint)) is not None:
                by_content.setdefault((stream, part.sha256, mapping), []).append((source, part))
    copies: dict[tuple[str, str, str], list[str]] = {}
    for (stream, _, _), copies_of_content in by_content.items():
        for source, part in copies_of_content:
            if part.load_id in loads:
                for other in {name for name, _ in copies_of_content if name != source}:
                    copies.setdefault((source, stream, other), []).append(part.path)
    return tuple(
        CopiedFiles(source, stream, other, files=tuple(dict.fromkeys(paths)))
        for (source, stream, other), paths in sorted(copies.items())
    )


def _mappings(settings: Settings, source: str, stream: str) -> dict[str, str]:
    """Fingerprint of each selection to what it takes of a file, whatever its source's zone or currency."""
    return {
        fingerprint(
            settings, source=source, stream=load_contract()[stream], selection=selection
        ): json.dumps(
            selection.model_dump(mode="json", exclude={"files", "format"}), sort_keys=True
        )
        for selection in settings.selections_of(source, stream)
    }
