"""Which mapping each stream has today, and of which streams and loads rows count that another one landed.

A file that has left the inbox keeps its rows as it was mapped: there is nothing to read again. Reading files again
belongs to `inbox`.
"""

from __future__ import annotations

from orchestration.ingestion.inbox import fingerprint
from orchestration.ingestion.ledger.connection import Ledger
from orchestration.ingestion.ledger.parts import active_parts
from orchestration.settings import Settings
from orchestration.settings.contract_loading import load_contract

Stream = tuple[str, str]
"""A source and a stream of it."""


def mapping_versions(settings: Settings) -> dict[Stream, tuple[str, ...]]:
    """Each stream's digests of all that decides how its files are read, one per selection."""
    contract = load_contract()
    return {
        (source, stream): tuple(
            sorted(
                {
                    fingerprint(
                        settings, source=source, stream=contract[stream], selection=selection
                    )
                    for selection in settings.selections_of(source, stream)
                }
            )
        )
        for source, stream in sorted(settings.named_streams())
    }


def loads_of_other_mappings(settings: Settings, ledger: Ledger) -> dict[Stream, frozenset[str]]:
    """Loads all of whose rows that count were landed by a mapping that is gone, by stream."""
    loads: dict[Stream, frozenset[str]] = {}
    for (source, stream), versions in mapping_versions(settings).items():
        by_load: dict[str, bool] = {}
        for part in active_parts(ledger, source=source, stream=stream):
            is_of_today = part.fingerprint in versions
            by_load[part.load_id] = by_load.get(part.load_id, False) or is_of_today
        gone = frozenset(load for load, is_of_today in by_load.items() if not is_of_today)
        if gone:
            loads[source, stream] = gone
    return loads
