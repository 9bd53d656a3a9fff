"""Gate 3: a month's fresh rows beside fourteen months before, undamaged and damaged in ways that each have a check."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.core.records import CheckResult
from tests.unit.quality.factories import gate_input, results
from tests.unit.quality.periods.made_up import june, released

pytestmark = pytest.mark.slow

CHECKS = ("gaps", "volume", "values", "clocks", "restated")
JUNE = "_load_seq = 2"


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return released(tmp_path_factory.mktemp("release"))


def not_passed(directory: Path, previous: Path | None) -> dict[str, CheckResult]:
    """What does not pass, by name and subject."""
    candidate = gate_input(directory, previous=previous, zones={"pbx": "Europe/Madrid"})
    checked = [result for prefix in CHECKS for result in results(f"{prefix}.<stream>", candidate)]
    assert [r.observed for r in checked if not r.ran] == []
    return {result.title: result for result in checked if result.outcome != "pass"}


def test_a_first_release_and_an_undamaged_month_pass(tmp_path: Path, release: Path) -> None:
    assert not_passed(release, None) == {}
    assert not_passed(june(tmp_path), release) == {}


@pytest.mark.parametrize(
    ("damage", "title", "outcome", "observed"),
    [
        (
            f"delete from landing.calls where {JUNE} and started_at::date = '2026-06-10'",
            "gaps.calls on pbx.calls",
            "warn",
            "no row on 1 day(s): 2026-06-10 (about 20 on such a day before) (pbx/2026-06.csv)",
        ),
        (
            f"delete from landing.leads where {JUNE} and created_at >= '2026-06-16'",
            "gaps.leads on crm.leads",
            "fail",
            "no row on 10 day(s): 2026-06-16",
        ),
        (
            f"delete from landing.calls where {JUNE} and hash(call_id) % 2 = 0",
            "volume.calls on pbx.calls",
            "fail",
            "to 2026-06-30, about 464 expected from the weeks before",
        ),
        (
            f"delete from landing.calls where {JUNE} and queue = 'billing'",
            "volume.calls on pbx.calls",
            "warn",
            "1 of 3 usual values of queue have no row (about 153 expected): 'billing'",
        ),
        (
            f"delete from landing.leads where {JUNE} and owner_id in ('U1', 'U2', 'U4')",
            "volume.leads on crm.leads",
            "fail",
            "3 of 6 usual values of owner_id have no row",
        ),
        (
            "insert into landing.calls select * replace (call_id || '-2' as call_id) from landing.calls "
            f"where {JUNE} and agent_id = 'A3'",
            "volume.calls on pbx.calls",
            "warn",
            "rows of one agent_id, about 60 expected beside the others: 'A3'",
        ),
        (
            f"update landing.leads set owner_id = 'U1' where {JUNE}",
            "values.leads on crm.leads",
            "fail",
            "owner_id has one value in 100% of 220 rows",
        ),
        (
            f"update landing.leads set email = 'info@example.com' where {JUNE}",
            "values.leads on crm.leads",
            "fail",
            "email has one value in 220 rows",
        ),
        (
            f"update landing.leads set channel = 'web' where {JUNE} and hash(lead_id) % 3 = 0",
            "values.leads on crm.leads",
            "warn",
            "channel has other values in",
        ),
        (
            f"update landing.tasks set completed_at = created_at + interval 1 hour where {JUNE}",
            "values.tasks on crm.tasks",
            "fail",
            "completed_at has one value in 176 rows",
        ),
        (
            f"update landing.calls set talk_seconds = talk_seconds * 1000 where {JUNE}",
            "values.calls on pbx.calls",
            "fail",
            "talk_seconds is typically",
        ),
        (
            f"update landing.calls set talk_seconds = -talk_seconds where {JUNE}",
            "values.calls on pbx.calls",
            "fail",
            "talk_seconds is below zero in 100% of the rows (0% at most before)",
        ),
        (
            f"update landing.calls set wait_seconds = null where {JUNE}",
            "values.calls on pbx.calls",
            "fail",
            "wait_seconds is empty in 100%",
        ),
        (
            "update landing.calls set started_at = started_at + interval 1 hour, "
            f"ended_at = ended_at + interval 1 hour where {JUNE}",
            "clocks.calls on pbx.calls",
            "fail",
            "its hours of the day are moved by +1 h",
        ),
        (
            "update landing.calls set started_at = started_at + interval 24 hour, "
            f"ended_at = ended_at + interval 24 hour where {JUNE}",
            "clocks.calls on pbx.calls",
            "fail",
            "its days of the week are moved by +1 day(s)",
        ),
        (
            "insert into landing.calls select * replace (call_id || '-2' as call_id, 2 as _load_seq) "
            "from landing.calls where started_at::date between '2026-02-01' and '2026-02-28'",
            "restated.calls on pbx.calls",
            "fail",
            "2026-02 has 848 rows (424 in the last release)",
        ),
    ],
)
def test_a_damaged_month_is_found(
    tmp_path: Path, release: Path, damage: str, title: str, outcome: str, observed: str
) -> None:
    changed = not_passed(june(tmp_path, damage), release)
    assert title in changed, changed.keys()
    assert changed[title].outcome == outcome
    assert observed in changed[title].observed
    assert changed[title].remedy


@pytest.mark.parametrize(
    "change",
    [
        # the whole company is closed for a fortnight
        f"delete from landing.calls where {JUNE} and started_at >= '2026-06-15' and started_at < '2026-06-29'; "
        f"delete from landing.leads where {JUNE} and created_at >= '2026-06-15' and created_at < '2026-06-29'; "
        f"delete from landing.tasks where {JUNE} and created_at >= '2026-06-15' and created_at < '2026-06-29'",
        # somebody leaves
        f"delete from landing.calls where {JUNE} and agent_id = 'A5'",
        # a third more calls
        "insert into landing.calls select * replace (call_id || '-2' as call_id, "
        "started_at + interval 7 minute as started_at, talk_seconds + 3 as talk_seconds) "
        f"from landing.calls where {JUNE} and hash(call_id) % 3 = 0",
    ],
)
def test_honest_changes_stop_nothing(tmp_path: Path, release: Path, change: str) -> None:
    changed = not_passed(june(tmp_path, change), release)
    assert not [result.title for result in changed.values() if result.outcome == "fail"]
    assert len(changed) <= 1, changed.keys()
