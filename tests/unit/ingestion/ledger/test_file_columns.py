"""Columns that the files of a mapping did not have before."""

from __future__ import annotations

from orchestration.ingestion.ledger.connection import Ledger
from orchestration.ingestion.ledger.file_columns import record_file_columns


def test_new_columns_are_reported_once_and_none_of_the_first_file(ledger: Ledger) -> None:
    def record(*columns: str, fingerprint: str = "mapping") -> tuple[str, ...]:
        return record_file_columns(
            ledger, source="crm", stream="deals", fingerprint=fingerprint, columns=columns
        )

    assert record("id", "stage") == ()
    assert record("id", "stage", "owner", "amount") == ("owner", "amount")
    assert record("id", "owner") == ()
    assert record("id", "owner", fingerprint="another mapping") == ()
