"""Sources to landing: files found, read, checked against their contract, written once, entered in
the ledger.

What the rows mean to the business belongs to `models/`; whether a load may be published, to
`quality`.
"""

from __future__ import annotations

from orchestration.ingestion import quarantine
from orchestration.ingestion.api import ask_apis, what_is_asked
from orchestration.ingestion.integrity import DamagedLoad, find_damaged, give_up
from orchestration.ingestion.landing import clear_leftovers, land
from orchestration.ingestion.landing_schema import write_landing_schema
from orchestration.ingestion.ledger.backup import BACKUP
from orchestration.ingestion.ledger.ledger import Ledger, Refresh
from orchestration.ingestion.ledger.repair import ledger_fault, mend_ledger
from orchestration.settings.contract import StreamContract, load_contract

__all__ = [
    "BACKUP",
    "DamagedLoad",
    "Ledger",
    "Refresh",
    "StreamContract",
    "ask_apis",
    "clear_leftovers",
    "find_damaged",
    "give_up",
    "land",
    "ledger_fault",
    "load_contract",
    "mend_ledger",
    "quarantine",
    "what_is_asked",
    "write_landing_schema",
]
