"""Gate 3: rows exported once more under new ids are found, wherever they stand; chance is none of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from orchestration.core.records import CheckResult
from orchestration.quality.checks.content_duplicates import DUPLICATES_FILE
from orchestration.quality.intended_changes import IntendedChanges
from orchestration.quality.kept_shares import KeptShares, Share
from orchestration.quality.registry import registered
from orchestration.quality.subjects import Definitions
from tests.unit.quality.checks.test_unmatched_references import make_landing
from tests.unit.quality.factories import gate_input, results

pytestmark = pytest.mark.slow

CHECK = "duplicates.<stream>"

DAY = "timestamp '2026-04-01 09:00:00'"


def rows(
    stream: str, selected: str, *, count: int, seq: int = 1, source: str = "crm", line: int = 0
) -> str:
    """So many rows of a stream: `column = SQL of i` for each, as a statement."""
    columns = {
        name.strip(): sql.strip()
        for name, sql in (
            assignment.split("=", 1) for assignment in selected.split(";") if assignment.strip()
        )
    }
    columns |= {
        "_source": f"'{source}'",
        "_key_source": f"'{source}'",
        "_load_seq": str(seq),
        "_file": f"'f{seq}.csv'",
        "_line": f"i + {line}",
        "_is_deleted": "false",
    }
    values = ", ".join(columns.values())
    return f"insert into landing.{stream} ({', '.join(columns)}) select {values} from range(1, {count + 1}) t(i)"


def calls(prefix: str, *, count: int, seq: int, first: int = 0, source: str = "pbx") -> str:
    """Calls a quarter of an hour apart, each of another contact and one of three agents."""
    return rows(
        "calls",
        f"call_id = '{prefix}' || i; contact_id = 'k' || ((i + {first}) % 97); agent_id = 'a' || (i % 3); "
        f"started_at = {DAY} + interval ((i + {first}) * 15) minute; talk_seconds = 60 + (i + {first}) % 41",
        count=count,
        seq=seq,
        source=source,
    )


def tasks(prefix: str, *, count: int, seq: int, first: int = 0) -> str:
    """Tasks of one subject, ten a day for each rep: some are equal by chance."""
    return rows(
        "tasks",
        f"task_id = '{prefix}' || i; subject = 'Call'; owner_id = 'u' || (i % 5); "
        f"created_at = date_trunc('day', {DAY}) + interval ((i + {first}) // 50) day",
        count=count,
        seq=seq,
    )


def candidate(directory: Path, *statements: str, seq: int, previous: Path | None = None) -> Path:
    """A candidate that the check has examined, so that its shares are kept."""
    make_landing(directory, *statements, load_seq=seq)
    reported(directory, previous)
    return directory


def reported(
    directory: Path, previous: Path | None = None, **fields: Any
) -> dict[str, CheckResult]:
    checks = results(CHECK, gate_input(directory, previous=previous, **fields))
    assert not [result for result in checks if not result.ran]
    return {result.title: result for result in checks if result.outcome != "pass"}


def after_release(
    tmp_path: Path, before: tuple[str, ...], new: tuple[str, ...]
) -> dict[str, CheckResult]:
    """What the check finds in a second release of `before` and then `new`."""
    previous = candidate(tmp_path / "before", *before, seq=1)
    now = tmp_path / "now"
    make_landing(now, *before, *new, load_seq=2)
    return reported(now, previous)


HISTORY = (calls("c", count=2000, seq=1),)


def test_a_month_exported_again_under_new_ids_stops(tmp_path: Path) -> None:
    checks = after_release(
        tmp_path,
        HISTORY,
        (calls("n", count=500, seq=2, first=2000), calls("d", count=300, seq=2, first=600)),
    )
    [(title, check)] = checks.items()
    assert title == "duplicates.calls on pbx.calls"
    assert check.outcome == "fail"
    assert check.failures == 300
    assert check.observed == (
        "300 of 800 new rows (37.5%) are equal to another row but for their call_id: in f2.csv, from f1.csv; "
        "of 2026-04-07 to 2026-04-10"
    )
    assert check.expected == "each row once"
    assert check.sample_keys[0] == "d1 (f2.csv line 1) = c601 (f1.csv line 601)"


def test_a_block_twice_in_one_new_file_stops(tmp_path: Path) -> None:
    new = calls("n", count=500, seq=2, first=2000), calls("d", count=40, seq=2, first=2000)
    [check] = after_release(tmp_path, HISTORY, new).values()
    assert (check.outcome, check.failures) == ("fail", 40)
    assert "in f2.csv, from itself" in check.observed


def test_a_block_that_was_moved_by_a_minute_stops(tmp_path: Path) -> None:
    moved = calls("d", count=90, seq=2, first=2000).replace(" * 15) minute", " * 15 + 1) minute")
    [check] = after_release(
        tmp_path, HISTORY, (calls("n", count=500, seq=2, first=2000), moved)
    ).values()
    assert (check.outcome, check.failures) == ("fail", 90)


def test_the_rows_of_one_rep_are_told_apart(tmp_path: Path) -> None:
    twice = calls("d", count=120, seq=2, first=2000) + " where i % 3 = 1"
    [check] = after_release(
        tmp_path, HISTORY, (calls("n", count=500, seq=2, first=2000), twice)
    ).values()
    assert check.outcome == "fail"
    assert "100% of them of a1" in check.observed


def test_one_call_from_two_sources_is_repeated(tmp_path: Path) -> None:
    again = calls("x", count=300, seq=2, first=600, source="crm")
    [(title, check)] = after_release(tmp_path, HISTORY, (again,)).items()
    assert title == "duplicates.calls on crm.calls"
    assert check.outcome == "fail"
    assert "from f1.csv of pbx" in check.observed


def test_a_few_warn(tmp_path: Path) -> None:
    new = calls("n", count=500, seq=2, first=2000), calls("d", count=5, seq=2, first=600)
    [check] = after_release(tmp_path, HISTORY, new).values()
    assert (check.outcome, check.failures) == ("warn", 5)


@pytest.mark.parametrize(
    "new",
    [
        calls("n", count=500, seq=2, first=2000),
        # the same rows again, with their ids
        calls("c", count=300, seq=2),
        # one is no pattern
        calls("d", count=1, seq=2, first=600),
    ],
)
def test_new_rows_and_rows_that_come_again_are_no_duplicates(tmp_path: Path, new: str) -> None:
    assert after_release(tmp_path, HISTORY, (new,)) == {}


def test_rows_that_are_equal_by_chance_have_their_usual_share(tmp_path: Path) -> None:
    history = tasks("t", count=2000, seq=1)
    assert after_release(tmp_path, (history,), (tasks("n", count=200, seq=2, first=2000),)) == {}


def test_rows_that_say_little_warn_where_they_were_apart_before(tmp_path: Path) -> None:
    """An automation may set a task for each rep at one moment."""
    history = rows(
        "tasks",
        f"task_id = 't' || i; subject = 'Call'; owner_id = 'u' || (i % 5); created_at = {DAY} + interval (i) minute",
        count=2000,
        seq=1,
    )
    new = rows(
        "tasks",
        f"task_id = 'n' || i; subject = 'Check'; owner_id = 'u1'; created_at = {DAY} + interval 90 day",
        count=60,
        seq=2,
    )
    [check] = after_release(tmp_path, (history,), (new,)).values()
    assert check.outcome == "warn"


def test_spend_that_stands_twice_in_a_file_is_repeated(tmp_path: Path) -> None:
    def spend(count: int, seq: int, first: int, line: int = 0) -> str:
        return rows(
            "marketing_spend",
            f"spend_on = date '2026-01-01' + ((i + {first}) // 4)::int; channel = 'search'; "
            f"campaign_id = 'k' || (i % 4); amount = 10 + (i + {first}) * 0.37",
            count=count,
            seq=seq,
            line=line,
        )

    history = spend(360, 1, 0)
    assert after_release(tmp_path / "once", (history,), (spend(80, 2, 360),)) == {}
    [check] = after_release(
        tmp_path / "twice", (history,), (spend(80, 2, 360), spend(80, 2, 360, line=80))
    ).values()
    assert check.outcome == "fail"
    assert "stand there once more" in check.observed


def test_days_that_came_twice_stop_a_first_release(tmp_path: Path) -> None:
    make_landing(tmp_path, *HISTORY, calls("d", count=192, seq=1, first=960))
    [check] = reported(tmp_path).values()
    assert (check.outcome, check.failures) == ("fail", 192)


def test_all_rows_twice_stop_a_first_release(tmp_path: Path) -> None:
    make_landing(tmp_path, *HISTORY, calls("d", count=2000, seq=1))
    [check] = reported(tmp_path).values()
    assert check.outcome == "fail"


def test_scattered_and_untelling_ones_stop_no_first_release(tmp_path: Path) -> None:
    scattered = calls("d", count=2000, seq=1) + " where i % 50 = 0"
    make_landing(tmp_path, *HISTORY, scattered, tasks("t", count=500, seq=1))
    assert reported(tmp_path) == {}


def test_a_waived_share_is_what_the_next_release_compares_with(tmp_path: Path) -> None:
    again = calls("d", count=2000, seq=1)
    previous = candidate(tmp_path / "before", *HISTORY, again, seq=1)
    new = calls("n", count=400, seq=2, first=2000), calls("m", count=400, seq=2, first=2000)
    make_landing(tmp_path / "now", *HISTORY, again, *new, load_seq=2)
    assert reported(tmp_path / "now", previous) == {}


def test_shares_of_streams_without_new_rows_are_kept(tmp_path: Path) -> None:
    previous = candidate(tmp_path / "before", *HISTORY, seq=1)
    new = tasks("n", count=10, seq=2)
    now = candidate(tmp_path / "now", *HISTORY, new, seq=2, previous=previous)
    kept = KeptShares.read(now, DUPLICATES_FILE)
    assert kept.load_seq == 2
    assert kept.of("duplicates.calls", "pbx") == Share(2000, 0)


def test_contact_data_in_keys_is_masked(tmp_path: Path) -> None:
    new = calls("n@example.com", count=500, seq=2, first=2000), calls("d", count=30, seq=2)
    [check] = after_release(tmp_path, HISTORY, new).values()
    assert "example.com" not in " ".join((check.observed, *check.failed_keys))


def test_every_stream_whose_rows_say_more_than_their_key_has_a_result(tmp_path: Path) -> None:
    make_landing(tmp_path)
    names = registered(CHECK).names_in(Definitions(manifest={}))
    assert {result.name for result in results(CHECK, gate_input(tmp_path))} == set(names)
    assert {"duplicates.calls", "duplicates.deals", "duplicates.marketing_spend"} <= set(names)
    assert "duplicates.targets" not in names


def test_under_another_mapping_the_share_is_counted_from_the_start(tmp_path: Path) -> None:
    previous = candidate(tmp_path / "before", *HISTORY, seq=1)
    now = tmp_path / "now"
    new = calls("n", count=500, seq=2, first=2000), calls("d", count=60, seq=2, first=600)
    make_landing(now, *HISTORY, *new, load_seq=2)
    [check] = reported(now, previous).values()
    assert check.outcome == "fail"
    changes = IntendedChanges("R1", frozenset({("pbx", "calls")}))
    assert reported(now, previous, changes=changes) == {}
    assert KeptShares.read(now, DUPLICATES_FILE).of("duplicates.calls", "pbx") == Share(560, 60)
