"""Rows that equal another, found in landed ones: which count, and what is said of them."""

from __future__ import annotations

from pathlib import Path

from orchestration.quality.databases import Databases
from orchestration.quality.kept_shares import Share
from orchestration.quality.repeated_rows import Repeats, days, pairs, repeats, whose
from orchestration.quality.row_contents import contents_of
from orchestration.settings.contract_loading import load_contract
from tests.unit.quality.checks.test_unmatched_references import landing, make_landing

AT, LATER = "2026-04-01 09:10:00", "2026-04-02 09:10:00"


def calls(ids: list[str | None], contact: str, *, at: str = AT, seq: int = 1) -> str:
    count = len(ids)
    keys: dict[str, list[str | None]] = {
        "call_id": ids,
        "contact_id": [contact] * count,
        "agent_id": ["a1"] * count,
        "started_at": [at] * count,
    }
    return landing("calls", keys, seq=seq)


def test_each_row_beyond_the_first_is_repeated(tmp_path: Path) -> None:
    contents = contents_of(load_contract()["calls"])
    assert contents is not None
    make_landing(
        tmp_path,
        calls(["c1", "c2", "c3"], "k1"),
        calls(["c4"], "k2"),
        calls(["c5"], "k2", at=LATER),
    )
    with Databases.of(tmp_path).open() as connection:
        assert list(repeats(connection, contents, since=-1)) == [Repeats("crm", 5, 2, 2)]
        assert pairs(connection, "crm") == (
            "c2 (f1.csv line 1) = c1 (f1.csv line 0)",
            "c3 (f1.csv line 2) = c1 (f1.csv line 0)",
        )
        assert (
            whose(connection, "crm") == "in f1.csv, from itself; 100% of them of a1; of 2026-04-01"
        )
        assert days(connection, contents, "crm") == {
            "2026-04-01": Share(4, 2),
            "2026-04-02": Share(1, 0),
        }
        assert list(repeats(connection, contents, since=1)) == []


def test_the_newest_version_of_a_row_counts(tmp_path: Path) -> None:
    """Two rows that were equal and are not any more."""
    contents = contents_of(load_contract()["calls"])
    assert contents is not None
    make_landing(tmp_path, calls(["c1", "c2"], "k1"), calls(["c2"], "k2", seq=2))
    with Databases.of(tmp_path).open() as connection:
        assert list(repeats(connection, contents, since=-1)) == [Repeats("crm", 3, 0, 0)]
        assert list(repeats(connection, contents, since=1)) == [Repeats("crm", 1, 0, 0)]
