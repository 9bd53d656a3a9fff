"""I4, I5: what a newer full snapshot lacks was deleted, in whatever order the files land."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path

import pytest

from orchestration.core.errors import SettingsInvalid
from tests.unit.ingestion.factories import Company

pytestmark = pytest.mark.slow

PRODUCTS = {"product_id": "id", "name": "name"}
ACCOUNTS = {"account_id": "id", "name": "name", "updated_at": "changed"}


def text(*ids: str, header: str = "id,name") -> str:
    """A file of products, each called after its key."""
    return "\n".join([header, *(f"{key},P{key}" for key in ids)]) + "\n"


def left(company: Company, stream: str = "products", key: str = "product_id") -> list[str]:
    """Keys that are there once versions are distinguished by file, load and line, as staging does."""
    by_time = "updated_at desc nulls last, " if stream == "accounts" else ""
    actual = company.rows(
        f"select {key} from (select * from landing.{stream} qualify row_number() over (partition by "
        f"{key} order by {by_time}_file desc, _load_seq desc, _line desc) = 1) "
        "where not _is_deleted order by 1"
    )
    return [row[0] for row in actual]


def snapshots(company: Company, **selection: object) -> None:
    company.map(
        "products", {"files": "p_*.csv", "columns": PRODUCTS, "snapshot": True, **selection}
    )


FILES = {"p_1.csv": ("a", "b", "c"), "p_2.csv": ("a", "c", "d"), "p_3.csv": ("a", "d", "b")}


@pytest.mark.parametrize("order", list(itertools.permutations(FILES)))
@pytest.mark.parametrize("at_once", [1, 3])
def test_the_newest_by_name_decides_in_any_order(
    company: Company, order: Sequence[str], at_once: int
) -> None:
    """`c` is gone from the third, `b` came back in it; the order of landing changes nothing."""
    snapshots(company)
    for start in range(0, 3, at_once):
        for name in order[start : start + at_once]:
            company.drop(name, text(*FILES[name]))
        company.land()
    assert left(company) == ["a", "b", "d"]
    gone = company.rows("select product_id, name, _file from landing.products where _is_deleted")
    assert gone == [("c", "Pc", "p_3.csv")]


def test_one_name_sent_again_and_again(company: Company) -> None:
    company.map("products", {"files": "p.csv", "columns": PRODUCTS, "snapshot": True})
    for ids, expected in (("abc", "abc"), ("ac", "ac"), ("abc", "abc"), ("c", "c")):
        company.drop("p.csv", text(*ids))
        company.land()
        assert left(company) == list(expected)


def test_the_same_bytes_of_a_later_day_are_news(company: Company) -> None:
    """Deleted on the second day and restored on the third: the third file is the first one again."""
    snapshots(company)
    for day, ids in enumerate(("ab", "a", "ab"), start=1):
        company.drop(f"p_{day}.csv", text(*ids))
        company.land()
    assert left(company) == ["a", "b"]
    assert not company.land().loads


def test_a_row_in_quarantine_is_not_missing(company: Company) -> None:
    """A snapshot with broken rows deletes nothing before they are repaired; then it does."""
    snapshots(company)
    company.drop("p_1.csv", text("a", "b", "c"))
    company.land()
    company.drop("p_2.csv", "id,name\na,Pa\nb,\n")
    company.land()
    assert left(company) == ["a", "b", "c"]
    company.drop("p_2.repaired.csv", "id,name\nb,Pb\n")
    company.land()
    assert left(company) == ["a", "b"]
    company.drop("p_2.csv", text("a"))
    company.land()
    assert left(company) == ["a"]


def test_a_snapshot_of_nothing_or_cut_short_deletes_nothing(company: Company) -> None:
    snapshots(company)
    company.drop("p_1.csv", text("a", "b"))
    company.land()
    company.drop("p_2.csv", "id,name\n")
    company.drop("p_3.csv", "id,na")
    result = company.land()
    assert [fault.file for fault in result.rejected_files] == ["p_3.csv"]
    assert left(company) == ["a", "b"]


def test_files_of_one_folder_are_one_snapshot(company: Company) -> None:
    company.map("products", {"files": "*/p*.csv", "columns": PRODUCTS, "snapshot": "folder"})
    for day, halves in (("01", ("ab", "cd")), ("02", ("a", "d"))):
        (company.inbox / day).mkdir()
        for number, ids in enumerate(halves):
            company.drop(f"{day}/p{number}.csv", text(*ids))
    company.land()
    assert left(company) == ["a", "d"]


def test_a_change_after_the_snapshot_outlives_it(company: Company) -> None:
    """Deltas beside snapshots: what changed before the newest snapshot's last change is gone, later is not."""
    header = "id,name,changed"
    company.map(
        "accounts",
        {"files": "all_*.csv", "columns": ACCOUNTS, "snapshot": True},
        {"files": "delta_*.csv", "columns": ACCOUNTS},
    )
    company.drop("all_1.csv", f"{header}\na,A,2026-01-01\nb,B,2026-01-01\nc,C,2026-01-01\n")
    company.drop("all_2.csv", f"{header}\na,A,2026-02-01\n")
    company.drop("delta_1.csv", f"{header}\nb,B2,2026-01-15\nc,C2,2026-02-15\n")
    company.land()
    assert left(company, "accounts", "account_id") == ["a", "c"]


def test_keys_with_empty_parts_and_several_rows(company: Company) -> None:
    """Spend without a campaign has a key too: (day, channel, nothing)."""
    company.map(
        "marketing_spend",
        {
            "files": "s_*.csv",
            "columns": {"spend_on": "day", "channel": "ch", "campaign_id": "c", "amount": "eur"},
            "snapshot": True,
        },
    )
    company.drop(
        "s_1.csv", "day,ch,c,eur\n2026-01-01,web,,5\n2026-01-01,web,,6\n2026-01-01,tv,k,7\n"
    )
    company.drop("s_2.csv", "day,ch,c,eur\n2026-01-01,web,,5\n2026-01-01,web,,6\n")
    company.land()
    assert company.rows(
        "select channel, campaign_id, amount, _file from landing.marketing_spend where _is_deleted"
    ) == [("tv", "k", 7, "s_2.csv")]


def test_snapshots_that_left_the_inbox_before_the_mapping_changed(company: Company) -> None:
    """What an archived snapshot had is judged by the newer ones all the same."""
    snapshots(company)
    company.drop("p_1.csv", text("a", "b"))
    company.land()
    (company.inbox / "p_1.csv").unlink()
    company.drop("p_2.csv", text("a"))
    snapshots(company, columns={**PRODUCTS, "category": {"value": "x"}})
    company.land()
    assert left(company) == ["a"]


def test_what_snapshot_may_be(company: Company) -> None:
    snapshots(company, snapshot="daily")
    with pytest.raises(SettingsInvalid, match="snapshot"):
        company.land()


def test_no_snapshot_costs_nothing(company: Company, tmp_path: Path) -> None:
    """A single snapshot, and a stream without any, read each landed file once."""
    snapshots(company)
    company.drop("p_1.csv", text("a"))
    company.land()
    with company.warehouse() as connection:
        [(sql,)] = connection.execute(
            "select sql from duckdb_views() where view_name = 'products'"
        ).fetchall()
    assert sql.count("read_parquet") == 1
