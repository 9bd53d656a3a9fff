"""Bytes that are not of a file's encoding."""

from __future__ import annotations

import pytest

from tests.unit.ingestion.factories import Company


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_bytes_that_are_not_of_the_encoding(company: Company, encoding: str) -> None:
    company.drop("v.csv", b"id,name\n1,ok\n2,\x81\n3,ok\n")
    company.map(
        "products",
        {"files": "*.csv", "columns": {"product_id": "id", "name": "name"}},
        format={"encoding": encoding},
    )
    [load] = company.land().loads
    assert (load.rows_landed, load.rows_quarantined) == (2, 1)
    [(line, reason)] = company.quarantine()
    assert line == 3
    assert "0x81 is not" in reason
