"""The profile of a landed file: repeated keys, ids like numbers with an exponent, no private values."""

from __future__ import annotations

from pathlib import Path

import duckdb

from orchestration.quality.load_profile import ExponentIds, LoadProfile

ROWS = """
    ('1', 10, null::timestamp, 'ana@example.com', 'd.csv', 2, false),
    ('1', 20, null, 'ana@example.com', 'd.csv', 3, false),
    ('2', 5, null, 'bea@example.com', 'd.csv', 4, false),
    ('2', 5, null, 'bea@example.com', 'd.csv', 5, false),
    ('3', 1, timestamp '2026-01-01', 'x', 'd.csv', 6, false),
    ('3', 2, timestamp '2026-01-02', 'x', 'd.csv', 7, false),
    ('12E4', 1, null, 'x', 'd.csv', 8, false),
    ('1', 30, null, 'x', 'e.csv', 2, false)
"""
FACE = (
    "('1e2', 1, null::timestamp, 'x', 'd.csv', 2, false), ('face', 1, null, 'x', 'd.csv', 3, false)"
)


def profiled(folder: Path, rows: str, *, newest_by: str | None = "updated_at") -> LoadProfile:
    path = folder / "load [1].parquet"
    with duckdb.connect() as connection:
        connection.execute(
            f"copy (select * from (values {rows}) as t(deal_id, amount, updated_at, email, _file, "
            f"_line, _is_deleted)) to '{path}' (format parquet)"
        )
    return LoadProfile.of(
        path, keys=["deal_id"], newest_by=newest_by, ids=["deal_id"], private=["email"]
    )


def test_a_key_with_other_values_in_the_same_file_is_repeated(tmp_path: Path) -> None:
    """Not one that stands there twice with the same values, nor versions at different times."""
    load_profile = profiled(tmp_path, ROWS)
    assert (load_profile.repeated, load_profile.repeated_lines) == (1, ("d.csv lines 2 and 3",))
    without_time = profiled(tmp_path, ROWS, newest_by=None)
    assert without_time.repeated == 2


def test_ids_that_look_like_numbers_with_an_exponent(tmp_path: Path) -> None:
    assert profiled(tmp_path, ROWS).exponents == (ExponentIds("deal_id", 1, ("d.csv line 8",)),)
    assert profiled(tmp_path, FACE).exponents == (), "a column of hexadecimal ids"


def test_private_columns_and_ingestions_own_are_left_out(tmp_path: Path) -> None:
    load_profile = profiled(tmp_path, ROWS)
    assert set(load_profile.profile.columns) == {"deal_id", "amount", "updated_at"}
    assert "example.com" not in load_profile.to_json()
    assert LoadProfile.from_json(load_profile.to_json()) == load_profile
    assert LoadProfile.from_json(load_profile.to_json(), resolved=3).resolved == 3
