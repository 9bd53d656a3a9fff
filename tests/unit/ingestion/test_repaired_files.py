"""Names of files of repaired rows."""

from __future__ import annotations

import pytest

from orchestration.ingestion.repaired_files import original_of, repaired_name


@pytest.mark.parametrize(
    ("file", "repaired"),
    [
        ("deals.csv", "deals.repaired.csv"),
        ("deals.csv.gz", "deals.repaired.csv"),
        ("deals.2026.jsonl", "deals.2026.repaired.jsonl"),
        ("deals.xlsx", "deals.repaired.jsonl"),
        ("deals.parquet", "deals.repaired.jsonl"),
        ("deals", "deals.repaired.csv"),
    ],
)
def test_names(file: str, repaired: str) -> None:
    assert repaired_name(file) == repaired


def test_the_original_of_a_repaired_file() -> None:
    assert original_of("in/deals.repaired.csv") == "in/deals.csv"
    assert original_of("in.repaired.d/deals.csv") == "in.repaired.d/deals.csv"
