"""The whole company of one seed: every stream's rows, clean and as exported.

Pure computation, no files: the same arguments give the same company. Planted repeats are in `planting`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from sandbox.clock import Clock, day_number
from sandbox.customers import Customers, make_customers
from sandbox.frames import Frame
from sandbox.mailing import Mailing, make_mailing
from sandbox.marketing import Marketing, make_marketing
from sandbox.people import Staff, make_products, make_staff
from sandbox.selling import Selling, make_selling
from sandbox.shopping import Shopping, make_shopping
from sandbox.talking import Talking, make_talking


@dataclass(frozen=True)
class Company:
    """All there is to know of the made-up company."""

    clock: Clock
    seed: int
    staff: Staff
    customers: Customers
    products: Frame
    selling: Selling
    shopping: Shopping
    talking: Talking
    mailing: Mailing
    marketing: Marketing

    @property
    def streams(self) -> Mapping[str, Frame]:
        """The rows of every stream that is exported, without repeats, by its name in the contract."""
        return {
            "users": self.staff.users,
            "accounts": self.customers.accounts,
            "contacts": self.customers.contacts,
            "products": self.products,
            "leads": self.selling.leads,
            "deals": self.selling.deals,
            "deal_stage_changes": self.selling.stages,
            "activities": self.talking.activities,
            "tasks": self.talking.tasks,
            "campaigns": self.marketing.campaigns,
            "staff_costs": self.staff.costs,
            "targets": self.marketing.targets,
            "survey_answers": self.marketing.surveys,
            "calls": self.talking.calls,
            "agent_states": self.talking.states,
            "mailings": self.mailing.mailings,
            "email_events": self.mailing.events,
            "marketing_spend": self.marketing.spend,
            "social_interactions": self.marketing.social,
            "orders": self.shopping.orders,
            "order_lines": self.shopping.lines,
            "invoices": self.shopping.invoices,
        }


def first_of_months(end: date, months: int) -> date:
    """The first day of the `months` calendar months that end with the month of `end`."""
    index = end.year * 12 + end.month - months
    return date(index // 12, index % 12 + 1, 1)


def make_company(*, seed: int, scale: float, months: int, end: date) -> Company:
    """The company over `months` months up to and with `end`; 40 reps and 25,000 orders at scale 1."""
    clock = Clock(first_day=day_number(first_of_months(end, months)), last_day=day_number(end))
    volume = scale * len(clock.days) / 730
    staff = make_staff(clock, seed=seed, scale=scale)
    customers = make_customers(clock, staff, seed=seed, scale=scale)
    products = make_products(clock, seed=seed)
    selling = make_selling(clock, staff, customers, seed=seed, scale=volume)
    shopping = make_shopping(clock, staff, customers, products, selling, seed=seed, scale=volume)
    talking = _with_late_calls(
        make_talking(clock, staff, customers, selling, seed=seed, scale=volume)
    )
    return Company(
        clock=clock,
        seed=seed,
        staff=staff,
        customers=customers,
        products=products,
        selling=selling,
        shopping=shopping,
        talking=talking,
        mailing=make_mailing(clock, customers, seed=seed, scale=volume),
        marketing=make_marketing(clock, staff, customers, shopping, seed=seed, scale=volume),
    )


def _with_late_calls(talking: Talking) -> Talking:
    """One call in a hundred shows up in the export of a later day."""
    calls = talking.calls
    late = calls["call"] * 2_654_435_761 % 1_000 < 10
    delay = np.where(late, 3 + calls["call"] % 40, 0)
    return Talking(
        calls=calls.first_known(calls.known_on + delay),
        states=talking.states,
        activities=talking.activities,
        tasks=talking.tasks,
    )
