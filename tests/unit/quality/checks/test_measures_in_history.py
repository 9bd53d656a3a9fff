"""Gate 3: core figures of a candidate beside their history and the last release."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from orchestration.core.records import CheckResult
from orchestration.quality.databases import Databases
from orchestration.quality.measures import MEASURES
from orchestration.quality.registry import registered
from orchestration.quality.subjects import Definitions
from tests.unit.quality.factories import gate_input, results

pytestmark = pytest.mark.slow

CHECK = "history.<measure>"

MAY, JUNE = date(2026, 5, 31), date(2026, 6, 30)

_REPS = """
create schema core;
create table core.dim_reps as
    select 'r' || i as rep_version_key, 'Rep ' || i as rep_name, 'Team ' || i % 3 as team, 'North' as region
    from range(20) t(i)
"""


def candidate(directory: Path, as_of: date, *changes: str) -> Path:
    """Twenty reps with ten calls each working day since July 2024, of a minute each; the other marts are empty."""
    directory.mkdir(parents=True)
    databases = Databases.of(directory)
    with duckdb.connect(str(databases.warehouse)) as connection:
        connection.execute("create schema landing")
        connection.execute(
            f"create table landing.settings as select date '{as_of}' as as_of_on, 1 as load_seq"
        )
    with duckdb.connect(str(databases.marts)) as connection:
        connection.execute(_REPS)
        columns: dict[str, set[str]] = {}
        for measure in MEASURES:
            words = f"{measure.day} {measure.value} {measure.where}".replace("::date", "").split()
            columns.setdefault(measure.mart, set()).update(
                word for word in words if word.isidentifier()
            )
        for mart, names in columns.items():
            connection.execute(f"create schema if not exists {mart.split('.')[0]}")
            typed = ", ".join(f"{name} {_type(name)}" for name in sorted(names - {"not", "true"}))
            connection.execute(
                f"create table {mart} (rep_key varchar, rep_version_key varchar, {typed})"
            )
        connection.execute(f"""
            insert into activity.fct_calls by name
            select 'r' || rep as rep_key, 'r' || rep as rep_version_key, day::date as started_on, 60 as talk_seconds
            from range(timestamp '2024-07-01', timestamp '{as_of + timedelta(days=1)}', interval 1 day) d(day),
                range(20) r(rep), range(10) c(call)
            where dayofweek(day) between 1 and 5
        """)
        for change in changes:
            connection.execute(change)
    return directory


def _type(name: str) -> str:
    if name.startswith("is_"):
        return "boolean"
    if name.endswith(("_on", "_at")):
        return "date"
    return "varchar" if name == "kind" else "double"


def found(directory: Path, previous: Path | None) -> dict[str, CheckResult]:
    checks = results(CHECK, gate_input(directory, previous=previous))
    assert not [result for result in checks if not result.ran]
    return {result.name: result for result in checks if result.outcome != "pass"}


def after_release(tmp_path: Path, *changes: str, as_of: date = JUNE) -> dict[str, CheckResult]:
    """What is found after a release until the end of May."""
    previous = candidate(tmp_path / "before", MAY)
    assert found(previous, None) == {}
    return found(candidate(tmp_path / "now", as_of, *changes), previous)


def again(where: str) -> str:
    return f"insert into activity.fct_calls select * from activity.fct_calls where {where}"


def test_a_month_as_the_others_passes(tmp_path: Path) -> None:
    assert after_release(tmp_path) == {}


def test_a_doubled_month_stops(tmp_path: Path) -> None:
    checks = after_release(tmp_path, again("started_on >= date '2026-06-01'"))
    check = checks["history.calls"]
    assert (check.outcome, check.subject) == ("fail", "fct_calls")
    assert check.observed == "8,800 in 2026-06, 2 times the 4,400 of the months before"
    assert check.sample_keys == ("2026-06",)
    assert checks["history.talk_time"].outcome == "fail"


def test_a_value_of_another_unit_stops(tmp_path: Path) -> None:
    change = "update activity.fct_calls set talk_seconds = 1 where started_on >= date '2026-06-01'"
    assert {name: result.outcome for name, result in after_release(tmp_path, change).items()} == {
        "history.talk_time": "fail"
    }


def test_a_rep_with_twice_as_much_warns(tmp_path: Path) -> None:
    change = again("started_on >= date '2026-06-01' and rep_key = 'r7'")
    [check] = after_release(tmp_path, change).values()
    assert check.outcome == "warn"
    assert "1 of 20 reps with far more" in check.observed
    assert "Rep 7 (r7) 2 times" in check.observed


def test_a_closed_month_that_was_restated_stops(tmp_path: Path) -> None:
    checks = after_release(
        tmp_path, again("started_on between date '2025-11-01' and date '2025-11-30'")
    )
    assert checks["history.calls"].outcome == "fail"
    assert (
        "8,000 in 2025-11, which was 4,000 in the last release" in checks["history.calls"].observed
    )


def test_what_was_waived_once_is_history(tmp_path: Path) -> None:
    change = again("started_on between date '2025-11-01' and date '2025-11-30'")
    previous = candidate(tmp_path / "before", MAY, change)
    found(previous, None)
    assert found(candidate(tmp_path / "now", JUNE, change), previous) == {}


def test_the_first_days_of_a_month_say_nothing(tmp_path: Path) -> None:
    change = again("started_on >= date '2026-06-01'")
    assert after_release(tmp_path, change, as_of=date(2026, 6, 3)) == {}


def test_a_release_without_kept_months_is_a_first_one(tmp_path: Path) -> None:
    previous = candidate(tmp_path / "before", MAY)
    change = again("started_on >= date '2026-06-01'")
    assert found(candidate(tmp_path / "now", JUNE, change), previous) == {}


def test_each_measure_has_a_result(tmp_path: Path) -> None:
    names = registered(CHECK).names_in(Definitions(manifest={}))
    checks = results(CHECK, gate_input(candidate(tmp_path / "now", JUNE)))
    assert [result.name for result in checks] == list(names)
