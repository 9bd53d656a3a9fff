"""Leads: their versions as they are judged and become deals."""

from __future__ import annotations

import numpy as np

from sandbox.clock import NONE
from sandbox.company import Company


def test_a_lead_is_judged_once_and_only_qualified_ones_become_deals(company: Company) -> None:
    leads = company.pipeline.leads.newest("lead", "updated_at")
    qualified, rejected = leads["qualified_at"] != NONE, leads["disqualified_at"] != NONE
    converted = leads["converted_at"] != NONE
    assert not (qualified & rejected).any()
    assert (qualified[converted]).all()
    assert (~qualified & ~rejected).any()
    assert (leads["converted_at"][converted] > leads["qualified_at"][converted]).all()
    assert ((leads["deal"] != NONE) == converted).all()


def test_each_step_is_a_version_that_knows_no_later_one(company: Company) -> None:
    leads = company.pipeline.leads
    first = leads.take(leads["updated_at"] == leads["created_at"])
    assert len(first) == len(np.unique(leads["lead"]))
    assert (first["qualified_at"] == NONE).all() and (first["deal"] == NONE).all()


def test_a_known_contact_exists_before_its_lead(company: Company) -> None:
    pipeline, customers = company.pipeline, company.customers
    known = pipeline.lead_contact != NONE
    assert 0.3 < known.mean() < 0.7
    made = customers.created_at[pipeline.lead_contact[known]]
    assert (made < pipeline.lead_created_at[known]).all()
    assert not customers.is_shared[pipeline.lead_contact[known]].any()
