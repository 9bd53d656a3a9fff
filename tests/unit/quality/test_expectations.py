"""Declared expectations as conditions in SQL, run on rows of which each breaks one."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from orchestration.core.errors import SettingsInvalid
from orchestration.quality.expectations import expectations_of

ROWS = """
    (1, 'a', 10, 0.5, 'x', date '2026-01-01', date '2026-01-02'),
    (2, 'b', -1, 1.5, 'y', date '2026-01-03', date '2026-01-02'),
    (2, null, null, null, 'z', null, null)
"""
DECLARED = {
    "not_null": ["name"],
    "unique": ["id"],
    "not_negative": ["amount"],
    "rates": ["share"],
    "between": {"amount": [0, 5]},
    "one_of": {"kind": ["x", "y"]},
    "in_order": [["begun_on", "ended_on"]],
    "never": {"y_is_small": "kind = 'y'\n  and amount < 0"},
}


def breaking(**declared: Any) -> dict[str, int]:
    """Expectation to the rows that break it."""
    with duckdb.connect() as connection:
        connection.execute(
            f"create table t as select * from (values {ROWS}) "
            "as t(id, name, amount, share, kind, begun_on, ended_on)"
        )
        counted = {}
        for expectation in expectations_of("core.t", declared, file="_t__checks.yml"):
            if expectation.breaks:
                sql = f"select count(*) filter (x) from (select {expectation.breaks} as x from t)"
                row = connection.execute(sql).fetchone()
                counted[expectation.short_name] = row[0] if row else -1
        return counted


def test_each_kind_finds_the_rows_that_break_it() -> None:
    """A missing value breaks `not_null` and nothing else."""
    assert breaking(**DECLARED) == {
        "name_not_null": 1,
        "id_unique": 2,
        "amount_not_negative": 1,
        "share_rate": 1,
        "amount_in_range": 2,
        "kind_known": 1,
        "ended_on_after_begun_on": 1,
        "y_is_small": 1,
    }


def test_every_mart_is_expected_to_have_rows() -> None:
    (first,) = expectations_of("core.t", {}, file="f")
    assert (first.name, first.kind, first.severity) == (
        "marts.core.t.has_rows",
        "has_rows",
        "error",
    )


def test_a_share_and_a_warning_are_tuned_by_name() -> None:
    declared = {**DECLARED, "mostly": {"name_not_null": 0.9}, "warn": {"id_unique": 5}}
    by_name = {e.short_name: e for e in expectations_of("core.t", declared, file="f")}
    assert by_name["name_not_null"].mostly == 0.9
    assert by_name["name_not_null"].expected == "name is there in at least 90% of the rows"
    assert (by_name["id_unique"].severity, by_name["id_unique"].warn_limit) == ("warn", 5)
    assert by_name["kind_known"].severity == "error"


@pytest.mark.parametrize(
    "tuned", [{"mostly": {"nothing": 0.9}}, {"mostly": {"has_rows": 0.9}}, {"warn": {"nothing": 1}}]
)
def test_tuning_what_is_not_expected_is_a_mistake(tuned: dict[str, Any]) -> None:
    with pytest.raises(SettingsInvalid, match="_t__checks"):
        expectations_of("core.t", {**DECLARED, **tuned}, file="_t__checks.yml")
