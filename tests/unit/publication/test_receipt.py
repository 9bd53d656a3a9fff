"""A receipt lets out the candidate that it was signed for, and no other."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from orchestration.core.errors import PublicationRefused
from orchestration.core.records import Receipt
from orchestration.publication import Candidate, read_receipt
from orchestration.publication.receipt import verify_receipt
from orchestration.settings import Home
from tests.unit.publication.factories import PASSED, REQUIRED, make_candidate


@pytest.fixture
def candidate(home: Home) -> Candidate:
    return make_candidate(home, "run-1", amount=1)


def refused(receipt: Receipt, candidate: Candidate, *required: str) -> str:
    """Why it is refused; empty where it is not."""
    try:
        verify_receipt(
            receipt, run_id="run-1", directory=candidate.directory, required=required or REQUIRED
        )
    except PublicationRefused as error:
        return str(error)
    return ""


def test_the_receipt_of_these_bytes_lets_them_out(candidate: Candidate) -> None:
    assert refused(read_receipt(candidate.receipt), candidate) == ""


def test_what_it_refuses(candidate: Candidate) -> None:
    receipt = read_receipt(candidate.receipt)
    failed, skipped = replace(PASSED[0], outcome="fail"), replace(PASSED[0], ran=False)
    limited = replace(PASSED[0], outcome="warn", failures=3, warn_limit=2)
    cases = {
        "is of run run-2": replace(receipt, run_id="run-2"),
        "verdict is 'fail'": replace(receipt, verdict="fail"),
        "did not run": replace(receipt, checks=PASSED[1:]),
        "failed: expected": replace(receipt, checks=(failed, *PASSED[1:])),
        "could not run": replace(receipt, checks=(skipped, *PASSED[1:])),
        "warned past its limit": replace(receipt, checks=(limited, *PASSED[1:])),
        "does not cover marts.duckdb": replace(
            receipt, files={"warehouse.duckdb": receipt.files["warehouse.duckdb"]}
        ),
        "was changed after": replace(receipt, files=dict.fromkeys(receipt.files, "0" * 64)),
    }
    for reason, tampered in cases.items():
        assert reason in refused(tampered, candidate)
    assert "required check quality.extra did not run" in refused(
        receipt, candidate, "quality.extra"
    )


@pytest.mark.parametrize("content", ["", "{}", '{"checks": [{"name": 1}]}'])
def test_one_that_cannot_be_read_is_none(tmp_path: Path, content: str) -> None:
    path = tmp_path / "receipt.json"
    path.write_text(content)
    with pytest.raises(PublicationRefused, match="cannot be read"):
        read_receipt(path)
    with pytest.raises(PublicationRefused, match="No receipt"):
        read_receipt(tmp_path / "none.json")
