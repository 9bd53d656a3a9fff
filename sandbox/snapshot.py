"""The company as its exports show it by the end of a day: newest versions, labels, the data-as-of time."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sandbox.clock import NONE, Array, Ints, month_index
from sandbox.company import Company
from sandbox.figures import Dimension
from sandbox.frames import Frame, lookup
from sandbox.words import CATEGORIES, INDUSTRIES, REGIONS, TEAMS

# Of each stream, the columns that are business times in the contract.
_BUSINESS_TIMES = {
    "accounts": ("created_at",),
    "contacts": ("created_at",),
    "leads": ("created_at",),
    "deals": ("created_at", "closed_at"),
    "deal_stage_changes": ("entered_at",),
    "activities": ("started_at",),
    "tasks": ("created_at",),
    "orders": ("ordered_at",),
    "calls": ("started_at",),
    "agent_states": ("started_at",),
    "email_events": ("occurred_at",),
    "social_interactions": ("occurred_at",),
    "survey_answers": ("answered_at",),
}


@dataclass(frozen=True)
class Snapshot:
    """Rows exported by the end of `day`, each in its newest version."""

    company: Company
    day: int

    def rows(self, stream: str) -> Frame:
        """All rows of a stream exported by then, every version."""
        return self.company.streams[stream].exported_by(self.day)

    @cached_property
    def as_of(self) -> int:
        """The latest business time, in UTC seconds."""
        return max(
            int(self.rows(stream)[column].max(initial=NONE))
            for stream, columns in _BUSINESS_TIMES.items()
            for column in columns
        )

    @cached_property
    def as_of_day(self) -> int:
        """The company's day of the data-as-of time."""
        return int(self.days(np.array([self.as_of]))[0])

    @cached_property
    def orders(self) -> Frame:
        """Orders and returns that are not cancelled."""
        newest = self.rows("orders").newest("order", "updated_at")
        return newest.take(newest["status"] != 2)

    @cached_property
    def deals(self) -> Frame:
        """Every deal."""
        return self.rows("deals").newest("deal", "updated_at")

    @cached_property
    def reopenings(self) -> Frame:
        """Deals that were opened again: closed from `closed_on` up to but not on `opened_on`; no deal twice."""
        versions = self.rows("deals")
        ended = versions.take(versions["closed_at"] != NONE)
        position = np.full(int(versions["deal"].max(initial=0)) + 1, NONE, dtype=np.int64)
        first = np.lexsort((ended["closed_at"], ended["deal"]))[::-1]
        position[ended["deal"][first]] = ended["closed_at"][first]
        closed_at = position[versions["deal"]]
        again = (versions["closed_at"] == NONE) & (closed_at != NONE)
        again &= versions["updated_at"] > closed_at
        columns = {
            "deal": versions["deal"][again],
            "closed_on": self.days(closed_at[again]),
            "opened_on": self.days(versions["updated_at"][again]),
        }
        return Frame(columns, versions.exported_on[again])

    @cached_property
    def leads(self) -> Frame:
        """Every lead."""
        return self.rows("leads").newest("lead", "updated_at")

    def days(self, instants: Ints) -> Ints:
        """The company's day of each instant."""
        return self.company.clock.local_day(instants)

    def months(self, instants: Ints) -> Ints:
        """The company's month of each instant."""
        return month_index(self.days(instants))

    def region(self, users: Ints) -> Dimension:
        """Region of each user: nobody moves region."""
        known = np.where(users >= len(self.company.staff.region), NONE, users)
        return Dimension("rep__region", lookup(self.company.staff.region, known, NONE), REGIONS)

    def team(self, users: Ints, instants: Ints) -> Dimension:
        """Team of each user at that instant; the first team counts from the beginning of time."""
        versions = self.rows("users")
        order = np.lexsort((versions["updated_at"], versions["user"]))
        user, since = versions["user"][order], versions["updated_at"][order]
        regions = len(REGIONS)
        names = [f"{team} {region}" for team in TEAMS for region in REGIONS]
        code = (versions["direction"] * regions + versions["region"])[order]
        is_first = np.ones(len(user), dtype=np.bool_)
        is_first[1:] = user[1:] != user[:-1]
        span = 1 << 40
        keys = user * span + np.where(is_first, 0, since)
        known = (users >= 0) & (users < len(self.company.staff.region))
        at = np.searchsorted(keys, np.where(known, users, 0) * span + instants, side="right") - 1
        return Dimension("rep__team", np.where(known, code[np.maximum(at, 0)], NONE), names)

    def industry(self, customers: Ints) -> Dimension:
        """Industry of customers that are accounts (see `customer_of`)."""
        industries = self.company.customers.accounts["industry"]
        accounts = np.where(customers < CONTACTS, customers, NONE)
        return Dimension("account__industry", lookup(industries, accounts, NONE), INDUSTRIES)

    def category(self, products: Ints) -> Dimension:
        """Category of each product."""
        return Dimension(
            "product__category", self.company.products["category"][products], CATEGORIES
        )


CONTACTS = 1_000_000_000
"""Customers from here on are contacts, below it accounts."""


def customer_of(orders: Frame) -> Array:
    """The account of each order, or its contact where there is no account."""
    return np.where(orders["account"] != NONE, orders["account"], CONTACTS + orders["contact"])
