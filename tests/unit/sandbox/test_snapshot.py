"""The company as its exports show it by the end of a day."""

from __future__ import annotations

import numpy as np

from sandbox.clock import NONE
from sandbox.company import Company
from sandbox.frames import Frame
from sandbox.snapshot import CONTACTS, Snapshot, customer_of


def ints(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int64)


def test_the_customer_is_the_account_or_else_the_contact() -> None:
    orders = Frame({"account": ints(5, NONE), "contact": ints(1, 2)}, ints(0, 0))
    assert customer_of(orders).tolist() == [5, CONTACTS + 2]


def test_nothing_of_a_later_day_is_seen(company: Company) -> None:
    day = company.clock.first_day + 100
    early, late = Snapshot(company, day), Snapshot(company, company.clock.last_day)
    assert (early.rows("deals").exported_on <= day).all()
    assert len(early.deals) < len(late.deals)
    assert early.as_of_day <= day + 1
    assert early.as_of < late.as_of


def test_teams_are_those_of_the_day(company: Company) -> None:
    """A rep who moves has another team after the move than on the first day."""
    snapshot = Snapshot(company, company.clock.last_day)
    users = company.staff.users
    moved = users.take(users.exported_on > company.clock.first_day)
    assert len(moved) > 0
    user, at = moved["user"], moved["updated_at"]
    before, after = snapshot.team(user, at - 1), snapshot.team(user, at)
    assert (before.codes != after.codes).all()
    assert (snapshot.region(user).codes == company.staff.region[user]).all()
    unknown = snapshot.team(ints(9_000, NONE), ints(0, 0))
    assert (unknown.codes == NONE).all()
