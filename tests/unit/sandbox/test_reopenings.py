"""Deals of the made-up company that are opened again after they were lost."""

from __future__ import annotations

import numpy as np

from sandbox.clock import NONE
from sandbox.company import Company
from sandbox.deals import LOST, OPEN
from sandbox.snapshot import Snapshot


def test_a_deal_is_opened_again_once_after_it_was_lost(company: Company) -> None:
    versions = company.pipeline.deals
    first_end = dict(
        zip(
            versions["deal"][versions["status"] == LOST].tolist(),
            versions["closed_at"][versions["status"] == LOST].tolist(),
            strict=True,
        )
    )
    reopenings = Snapshot(company, company.clock.last_day).reopenings
    assert len(reopenings) == len(np.unique(reopenings["deal"])) > 2
    assert (reopenings["closed_on"] < reopenings["opened_on"]).all()
    assert set(reopenings["deal"].tolist()) <= first_end.keys()


def test_its_newest_version_is_what_came_of_it(company: Company) -> None:
    snapshot = Snapshot(company, company.clock.last_day)
    newest = snapshot.deals.take(np.isin(snapshot.deals["deal"], snapshot.reopenings["deal"]))
    assert ((newest["closed_at"] == NONE) == (newest["status"] == OPEN)).all()
    stages = company.pipeline.stages
    for deal, updated_at in zip(newest["deal"], newest["updated_at"], strict=True):
        assert stages["entered_at"][stages["deal"] == deal].max() >= updated_at


def test_before_it_is_known_it_is_lost(company: Company) -> None:
    last = company.clock.last_day
    reopenings = Snapshot(company, last).reopenings
    deal, opened_on = int(reopenings["deal"][0]), int(reopenings["opened_on"][0])
    before = Snapshot(company, opened_on - 1)
    assert before.deals["status"][before.deals["deal"] == deal].tolist() == [LOST]
    assert deal not in before.reopenings["deal"]
