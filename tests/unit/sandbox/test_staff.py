"""Users of the company: roles, moves, and who is drawn as an owner."""

from __future__ import annotations

import numpy as np

from sandbox.clock import NONE, generator
from sandbox.company import Company
from sandbox.staff import DIRECTOR, MANAGER, REP, SUPPORT
from sandbox.words import REGIONS


def test_every_region_has_a_manager_whom_its_reps_report_to(company: Company) -> None:
    users = company.staff.users.distinct("user")
    managers = users.take(users["role"] == MANAGER)
    assert sorted(managers["region"].tolist()) == list(range(len(REGIONS)))
    reps = users.take(users["role"] == REP)
    boss = reps["manager"]
    assert (users["role"][boss] == MANAGER).all()
    assert (users["region"][boss] == reps["region"]).all()
    assert (users["role"] == DIRECTOR).sum() == 1
    assert (users["manager"][users["role"] == DIRECTOR] == NONE).all()


def test_support_costs_nothing_here_and_only_reps_earn_commission(company: Company) -> None:
    costs, users = company.staff.costs, company.staff.users.distinct("user")
    role = users["role"][costs["user"]]
    assert (role != SUPPORT).all()
    assert (costs["commission"][role != REP] == 0).all()
    assert (costs["salary"] > 0).all()


def test_owners_are_reps_the_better_ones_more_often(company: Company) -> None:
    staff = company.staff
    drawn = staff.owners(generator(1, "x"), 20_000)
    assert np.isin(drawn, staff.reps).all()
    counts = np.array([(drawn == rep).sum() for rep in staff.reps])
    assert np.corrcoef(counts, staff.skill[staff.reps])[0, 1] > 0.9
    regions = np.arange(len(REGIONS), dtype=np.int64).repeat(5)
    assert (staff.region[staff.owners_in(generator(1, "y"), regions)] == regions).all()
