"""Accounts and contacts: versions, owners, shared phones."""

from __future__ import annotations

import numpy as np

from sandbox.clock import NONE, generator
from sandbox.company import Company
from sandbox.customers import HOUSEHOLDS, LANDLINES, MOBILES, STRANGERS


def test_a_contact_is_never_older_than_its_account_and_has_a_mobile_of_its_own(
    company: Company,
) -> None:
    customers = company.customers
    accounts = customers.accounts.newest("account", "updated_at")
    linked = customers.account_of != NONE
    made = accounts["created_at"][customers.account_of[linked]]
    assert (made <= customers.created_at[linked]).all()
    assert len(np.unique(customers.mobile_of)) == len(customers.mobile_of)
    assert ((customers.mobile_of >= MOBILES) & (customers.mobile_of < STRANGERS)).all()


def test_some_phones_are_shared_by_a_household_or_an_account(company: Company) -> None:
    customers = company.customers
    shared = customers.phone_of[customers.is_shared]
    assert ((shared >= LANDLINES) & (shared != NONE)).all()
    assert (shared >= HOUSEHOLDS).any()
    _, sizes = np.unique(shared, return_counts=True)
    assert sizes.min() >= 2


def test_a_contact_exists_before_it_does_anything(company: Company) -> None:
    at = company.customers.created_at[5:] + 1
    chosen = company.customers.existing_at(generator(1, "x"), at)
    assert (company.customers.created_at[chosen] < at).all()


def test_a_quarter_of_the_contacts_changes_its_stage(company: Company) -> None:
    contacts = company.customers.contacts
    count = len(company.customers.created_at)
    assert 0.2 < (len(contacts) - count) / count < 0.3
