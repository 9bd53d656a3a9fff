"""Leads and deals together."""

from __future__ import annotations

from sandbox.clock import NONE
from sandbox.company import Company


def test_a_deal_keeps_the_contact_and_the_owner_of_its_lead(company: Company) -> None:
    pipeline = company.pipeline
    deals = pipeline.deals.distinct("deal")
    of_lead = deals.take(deals["lead"] != NONE)
    assert 0.6 < len(of_lead) / len(deals) < 0.9
    assert (pipeline.lead_contact[of_lead["lead"]] == of_lead["contact"]).all()
    assert (pipeline.lead_owner[of_lead["lead"]] == of_lead["owner"]).all()
    assert (pipeline.lead_created_at[of_lead["lead"]] < of_lead["created_at"]).all()


def test_every_instant_is_a_whole_minute(company: Company) -> None:
    pipeline = company.pipeline
    for instants in (pipeline.lead_created_at, pipeline.deal_created_at, pipeline.deal_closed_at):
        assert (instants[instants != NONE] % 60 == 0).all()
