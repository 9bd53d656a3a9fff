"""Spend, social interactions, surveys and targets."""

from __future__ import annotations

import numpy as np

from sandbox.clock import NONE
from sandbox.company import Company
from sandbox.frames import Frame
from sandbox.marketing import COMPANY, REGION, REP, last_statements
from sandbox.words import CAMPAIGN_CHANNELS


def ints(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int64)


def test_only_the_last_statement_of_a_day_and_channel_counts() -> None:
    spend = Frame(
        {"day": ints(1, 1, 1, 2), "channel": ints(0, 0, 0, 0), "statement": ints(0, 0, 1, 0),
         "amount": ints(100, 50, 120, 7)},
        ints(1, 1, 3, 2),
    )  # fmt: skip
    assert last_statements(spend)["amount"].tolist() == [120, 7]


def test_every_day_and_channel_has_its_spend(company: Company) -> None:
    spend = last_statements(company.marketing.spend)
    pairs = np.unique(spend["day"] * 100 + spend["channel"])
    assert len(pairs) == len(company.clock.days) * len(CAMPAIGN_CHANNELS)
    assert (spend["amount"] > 0).all()
    assert len(spend) > len(pairs), "some days stand in two lines"


def test_first_targets_of_reps_add_up_to_those_of_regions_and_the_company(company: Company) -> None:
    targets = company.marketing.targets
    first = targets.take(targets["set_on"] < targets["month"])
    months = np.unique(first["month"])

    def by_month(scope: int) -> list[int]:
        of_scope = first.take(first["scope"] == scope)
        return [int(of_scope["target"][of_scope["month"] == month].sum()) for month in months]

    assert by_month(COMPANY) == by_month(REGION) == by_month(REP)
    assert len(targets) > len(first), "some are revised within the month"


def test_scores_are_those_of_their_survey(company: Company) -> None:
    surveys = company.marketing.surveys
    csat, nps = surveys["survey"] == 0, surveys["survey"] == 1
    assert set(surveys["score"][csat].tolist()) <= set(range(1, 6))
    assert set(surveys["score"][nps].tolist()) <= set(range(11))


def test_most_social_interactions_are_of_nobody_known(company: Company) -> None:
    social = company.marketing.social
    assert 0.6 < (social["contact"] == NONE).mean() < 0.9
    assert (social["contact"][social["by_email"] == 1] != NONE).all()
