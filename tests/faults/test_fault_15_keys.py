"""Fault 15: NULL keys, NULL cursors, duplicate keys in a load.

Quarantined or deduplicated by rule, counted, and never dropped silently.
"""

from __future__ import annotations

from orchestration.core.records import LandingResult
from orchestration.quality import LoadLimits, LoadProfile, check_loads
from orchestration.settings.contract_loading import load_contract
from tests.unit.ingestion.factories import Company

COLUMNS = {"account_id": "id", "name": "name", "updated_at": "changed"}
ACCOUNTS = """id,name,changed
a,Ana,2026-01-01 10:00
a,Ana again,2026-01-02 10:00
a,Ana without a time,
,Nobody,2026-01-03 10:00
 ,Blank,2026-01-03 10:00
b,Berta,
b,Berta again,
c,Carla,2026-01-05 10:00
c,Carla,2026-01-05 10:00
d,Dora,never
"""

NEWEST = (
    "select account_id, name from landing.accounts qualify row_number() over (partition by _source, account_id "
    "order by updated_at desc nulls last, _file desc, _load_seq desc, _line desc) = 1 order by 1"
)
"""What staging takes of each key: its own rule, written again by hand."""


def test_every_row_is_landed_or_quarantined_and_versions_are_kept_apart(company: Company) -> None:
    company.map("accounts", {"files": "*.csv", "columns": COLUMNS})
    company.drop("accounts.csv", ACCOUNTS)
    [load] = company.land().loads
    assert (load.rows_read, load.rows_landed, load.rows_quarantined, load.rows_skipped) == (
        10,
        7,
        3,
        0,
    )
    assert company.quarantine() == [
        (5, "account_id: is empty, and it is required"),
        (6, "account_id: is empty, and it is required"),
        (11, company.quarantine()[2][1]),
    ]
    assert "updated_at: found 'never'" in company.quarantine()[2][1]
    # the newest by its own time; one without a time is older than any with one; else the later line
    assert company.rows(NEWEST) == [("a", "Ana again"), ("b", "Berta again"), ("c", "Carla")]
    # what was merged is there still, each with its line
    assert company.rows(
        "select list(_line order by _line) from landing.accounts where account_id = 'c'"
    ) == [([9, 10],)]


def test_repeated_keys_are_counted_where_a_person_sees_them(company: Company) -> None:
    """Of `b` (twice without a time, with other values) one row is more than the key needs; `c` stands twice,
    the same.
    """
    company.map("accounts", {"files": "*.csv", "columns": COLUMNS})
    company.drop("accounts.csv", ACCOUNTS)
    [load] = company.land().loads
    stream = load_contract()["accounts"]
    folder = company.home.landing_of(source="crm", stream="accounts")
    profile = LoadProfile.of(
        folder / f"{load.load_id}.parquet", keys=stream.keys, newest_by=stream.newest_by
    )
    checks = check_loads(
        LandingResult(loads=(load,)),
        history=(),
        limits=LoadLimits(),
        profiles={load.load_id: profile},
    ).checks
    [repeated] = [check for check in checks if check.name == "loads.duplicate_keys"]
    assert "1 of 7 rows" in repeated.observed
    assert "accounts.csv lines 7 and 8" in repeated.observed


def test_duplicates_across_loads_count_once(company: Company) -> None:
    company.map("accounts", {"files": "*.csv", "columns": COLUMNS})
    company.drop("1.csv", "id,name,changed\na,New,2026-02-01\n")
    company.land()
    company.drop("2.csv", "id,name,changed\na,Old,2026-01-01\na,,2026-03-01\n")
    [load] = company.land().loads
    assert (load.rows_landed, load.rows_quarantined) == (1, 1)
    assert company.rows(NEWEST) == [("a", "New")]
