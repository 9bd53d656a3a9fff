"""Fault 9: the memory limit is reached.

Work spills to disk, or the run fails with advice; the current release is served.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration import ingestion
from orchestration.core.errors import SettingsInvalid
from orchestration.core.resource_limits import MEMORY_VARIABLE, memory_limit
from orchestration.ingestion.ledger.loads import all_loads
from orchestration.ingestion.ledger.rejected_files import open_rejected_files
from tests.faults.tiny_company import TinyCompany, answer_of, embudo_of, expected

MANY = 400_000


def test_landing_spills(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rows alone take more memory (about 80 MB) than the 64 MB that each stream gets."""
    tiny = TinyCompany.make(tmp_path / "tiny", days=0)
    rows = (f"order-number-{n},account-{n},2026-01-02 10:00:00,completed" for n in range(MANY))
    (tiny.inbox / "orders_0.csv").write_text("\n".join(["id,account,at,status", *rows]))
    monkeypatch.setenv(MEMORY_VARIABLE, "128MB")
    tiny.land()
    with ingestion.Ledger(tiny.home.ledger) as ledger:
        assert [load.rows_landed for load in all_loads(ledger)] == [MANY]
    assert not list(tiny.home.work.rglob("*")), "what was spilled is gone"


@pytest.mark.slow
def test_a_refresh_without_enough_fails_with_advice(tiny: TinyCompany) -> None:
    tiny.add_day(1)
    failed = embudo_of(tiny)("refresh", expect=10, EMBUDO_MEMORY_LIMIT="3MB").stderr
    assert "The memory limit is reached" in failed, failed
    assert "Raise EMBUDO_MEMORY_LIMIT (now 3MB)" in failed
    assert answer_of(tiny.home.current) == expected(1)
    with ingestion.Ledger(tiny.home.ledger) as ledger:
        assert open_rejected_files(ledger) == [], "a small memory is not the file's fault"


def test_shares_of_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(MEMORY_VARIABLE, "1200MB")
    assert memory_limit(share=0.5) == "600MB"
    monkeypatch.setenv(MEMORY_VARIABLE, "3GiB")
    assert memory_limit(share=0.5) == "1.5GiB"


@pytest.mark.parametrize("wrong", ["much", "-1GB", "0MB", "12"])
def test_what_is_no_amount_is_refused(monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    monkeypatch.setenv(MEMORY_VARIABLE, wrong)
    with pytest.raises(SettingsInvalid, match=f"{MEMORY_VARIABLE} is '{wrong}'.*like 1500MB"):
        memory_limit()
