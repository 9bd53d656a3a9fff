"""The whole company of one seed: every stream's rows, clean and as exported.

Pure computation, no files: the same arguments give the same company. Repeated rows and broken lines are in `defects`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from sandbox.clock import Clock, day_number
from sandbox.conversations import Conversations, make_conversations
from sandbox.customers import Customers, make_customers
from sandbox.emails import EmailCampaigns, make_emails
from sandbox.frames import Frame
from sandbox.marketing import Marketing, make_marketing
from sandbox.orders import Shop, make_shop
from sandbox.pipeline import Pipeline, make_pipeline
from sandbox.products import make_products
from sandbox.returns import with_returns
from sandbox.staff import Staff, make_staff
from sandbox.troubles import with_troubles


@dataclass(frozen=True)
class Company:
    """Everything about the made-up company."""

    clock: Clock
    seed: int
    staff: Staff
    customers: Customers
    products: Frame
    pipeline: Pipeline
    shop: Shop
    conversations: Conversations
    emails: EmailCampaigns
    marketing: Marketing

    @property
    def streams(self) -> Mapping[str, Frame]:
        """The rows of every exported stream, without repeats, by its name in the contract."""
        return {
            "users": self.staff.users,
            "accounts": self.customers.accounts,
            "contacts": self.customers.contacts,
            "products": self.products,
            "leads": self.pipeline.leads,
            "deals": self.pipeline.deals,
            "deal_stage_changes": self.pipeline.stages,
            "activities": self.conversations.activities,
            "tasks": self.conversations.tasks,
            "campaigns": self.marketing.campaigns,
            "staff_costs": self.staff.costs,
            "targets": self.marketing.targets,
            "survey_answers": self.marketing.surveys,
            "calls": self.conversations.calls,
            "agent_states": self.conversations.states,
            "mailings": self.emails.mailings,
            "email_events": self.emails.events,
            "marketing_spend": self.marketing.spend,
            "social_interactions": self.marketing.social,
            "orders": self.shop.orders,
            "order_lines": self.shop.lines,
            "invoices": self.shop.invoices,
        }


def first_of_months(end: date, months: int) -> date:
    """The first day of the `months` calendar months that end with the month of `end`."""
    index = end.year * 12 + end.month - months
    return date(index // 12, index % 12 + 1, 1)


def make_company(
    *, seed: int, scale: float, months: int, end: date, troubles: bool = False
) -> Company:
    """The company over `months` months up to and with `end`; 40 reps and 25,000 orders at scale 1.

    `troubles` are what a refresh warns of by intent.
    """
    clock = Clock(first_day=day_number(first_of_months(end, months)), last_day=day_number(end))
    volume = scale * len(clock.days) / 730
    staff = make_staff(clock, seed=seed, scale=scale)
    customers = make_customers(clock, staff, seed=seed, scale=scale)
    products = make_products(clock, seed=seed)
    pipeline = make_pipeline(clock, staff, customers, seed=seed, scale=volume)
    shop = make_shop(clock, staff, customers, products, pipeline, seed=seed, scale=volume)
    conversations = make_conversations(clock, staff, customers, pipeline, seed=seed, scale=volume)
    if troubles:
        conversations = with_troubles(conversations, seed=seed)
    return Company(
        clock=clock,
        seed=seed,
        staff=staff,
        customers=customers,
        products=products,
        pipeline=pipeline,
        shop=with_returns(clock, shop, seed=seed),
        conversations=_with_late_calls(conversations),
        emails=make_emails(clock, customers, seed=seed, scale=volume),
        marketing=make_marketing(clock, staff, customers, shop, seed=seed, scale=volume),
    )


def _with_late_calls(conversations: Conversations) -> Conversations:
    """One call in a hundred is in the export of a later day."""
    calls = conversations.calls
    late = calls["call"] * 2_654_435_761 % 1_000 < 10
    delay = np.where(late, 3 + calls["call"] % 40, 0)
    return replace(conversations, calls=calls.exported_from(calls.exported_on + delay))
