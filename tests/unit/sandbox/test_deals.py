"""Deals: their stages in order, their end, and days that cannot be read in two ways."""

from __future__ import annotations

import numpy as np

from sandbox.clock import NONE
from sandbox.company import Company
from sandbox.deals import LOST, LOST_STAGE, OPEN, WON, WON_STAGE


def test_stages_are_passed_in_order_and_the_last_one_is_the_end(company: Company) -> None:
    changes = company.pipeline.stages
    order = np.lexsort((changes["entered_at"], changes["deal"]))
    deal, stage = changes["deal"][order], changes["stage"][order]
    same = deal[1:] == deal[:-1]
    goes_back = same & (stage[1:] <= stage[:-1])
    assert (stage[:-1][goes_back] == LOST_STAGE).all(), "only a lost deal is opened again"
    newest = company.pipeline.deals.newest("deal", "updated_at")
    assert (newest["stage"][newest["status"] == WON] == WON_STAGE).all()
    assert (newest["stage"][newest["status"] == LOST] == LOST_STAGE).all()


def test_what_is_closed_has_its_time_and_only_lost_deals_a_reason(company: Company) -> None:
    newest = company.pipeline.deals.newest("deal", "updated_at")
    is_open = newest["status"] == OPEN
    assert 0 < is_open.mean() < 0.2
    assert (newest["closed_at"][is_open] == NONE).all()
    assert (newest["closed_at"][~is_open] > newest["created_at"][~is_open]).all()
    assert (newest["reason"][newest["status"] == WON] == NONE).all()
    assert (newest["reason"][newest["status"] == LOST] != NONE).all()


def test_no_deal_ends_near_180_days(company: Company) -> None:
    """ "Within 180 days" would depend on the hour."""
    clock = company.clock
    newest = company.pipeline.deals.newest("deal", "updated_at")
    closed = newest.take(newest["status"] != OPEN)
    days = clock.local_day(closed["closed_at"]) - clock.local_day(closed["created_at"])
    assert (np.abs(days - 180) > 2).all()
    assert days.max() > 100
