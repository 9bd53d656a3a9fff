"""Activities and tasks of the CRM."""

from __future__ import annotations

import numpy as np

from sandbox.activities import EMAIL, IN, NOTE, OUT, PROPOSAL, next_office_time
from sandbox.clock import DAY, NONE, Clock
from sandbox.company import Company


def test_answers_wait_for_the_office_to_open() -> None:
    clock = Clock(first_day=20_000, last_day=21_000)
    local = 20_500 * DAY + np.array([3 * 3600 + 90, 12 * 3600, 23 * 3600], dtype=np.int64)
    moved = clock.to_local(next_office_time(clock, clock.to_utc(local))) - 20_500 * DAY
    assert moved.tolist() == [8 * 3600 + 90, 12 * 3600, DAY + 8 * 3600]


def test_every_activity_is_to_the_minute_and_only_mails_and_proposals_have_a_direction(
    company: Company,
) -> None:
    rows = company.conversations.activities
    assert (rows["started_at"] % 60 == 0).all()
    assert (np.diff(rows["started_at"]) >= 0).all()
    directed = np.isin(rows["kind"], (EMAIL, PROPOSAL))
    assert np.isin(rows["way"][directed], (IN, OUT)).all()
    assert (rows["way"][~directed] == NONE).all()
    assert (rows["outcome"][rows["kind"] == NOTE] == NONE).all()


def test_a_task_that_is_done_has_a_second_version(company: Company) -> None:
    tasks = company.conversations.tasks
    newest = tasks.newest("task", "updated_at")
    done = newest["completed_at"] != NONE
    assert len(tasks) == len(newest) + done.sum()
    assert 0.8 < done.mean() < 1
    assert (newest["completed_at"][done] > newest["created_at"][done]).all()
