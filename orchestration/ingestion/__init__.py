"""Sources to landing: files found, read, checked against their contract, written once, entered in
the ledger.

What the rows mean to the business belongs to `models/`; whether a load may be published, to
`quality`.
"""

from __future__ import annotations

from orchestration.ingestion import quarantine
from orchestration.ingestion.api import fetch_apis, planned_requests
from orchestration.ingestion.integrity import CorruptLoad, discard_corrupt_load, find_corrupt
from orchestration.ingestion.landing import clear_leftovers, land
from orchestration.ingestion.landing_schema import write_landing_schema
from orchestration.ingestion.ledger.backup import BACKUP
from orchestration.ingestion.ledger.connection import Ledger
from orchestration.ingestion.ledger.repair import ledger_fault, repair_ledger
from orchestration.ingestion.ledger.runs import RefreshRun
from orchestration.settings.contract import StreamContract
from orchestration.settings.contract_loading import load_contract

__all__ = [
    "BACKUP",
    "CorruptLoad",
    "Ledger",
    "RefreshRun",
    "StreamContract",
    "clear_leftovers",
    "discard_corrupt_load",
    "fetch_apis",
    "find_corrupt",
    "land",
    "ledger_fault",
    "load_contract",
    "planned_requests",
    "quarantine",
    "repair_ledger",
    "write_landing_schema",
]
