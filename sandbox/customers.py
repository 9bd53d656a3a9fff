"""Accounts and contacts: who they are, how they are reached, and which of them share a phone.

A phone is an int of E.164 digits (34612345678). What customers do belongs to the other modules.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sandbox.clock import DAY, NONE, OFFICE_HOURS, Bools, Clock, Ints, generator, pick
from sandbox.frames import Frame, lookup, stack
from sandbox.people import Staff
from sandbox.words import CHANNELS, INDUSTRIES, JOBS, REGIONS

MOBILES = 34_600_000_000
LANDLINES = 34_910_000_000
HOUSEHOLDS = 34_960_000_000
STRANGERS = 34_711_000_000
"""Numbers from here on belong to no contact."""
_PRIME = 99_999_989


@dataclass(frozen=True)
class Customers:
    """Accounts and contacts, one row a version, and arrays of one item a contact or account."""

    accounts: Frame
    contacts: Frame
    account_of: Ints
    """Account of each contact, or `NONE`."""
    owner_of: Ints
    owner_of_account: Ints
    created_at: Ints
    """When each contact was created: never falls."""
    mobile_of: Ints
    phone_of: Ints
    """The second number of each contact, which others may share, or `NONE`."""
    is_shared: Bools
    """Whether another contact has the same second number."""

    def known_at(self, rng: np.random.Generator, instants: Ints, *, favour: float = 1.0) -> Ints:
        """A contact that exists at each instant (the first one where none does); `favour` above 1 prefers old ones."""
        there = np.searchsorted(self.created_at, instants, side="left")
        return np.asarray(np.floor(there * rng.random(len(instants)) ** favour), dtype=np.int64)


def make_customers(clock: Clock, staff: Staff, *, seed: int, scale: float) -> Customers:
    """3,000 accounts and 20,000 contacts at scale 1, two fifths of them from before the first day."""
    rng = generator(seed, "customers")
    account_count, count = max(20, round(3_000 * scale)), max(60, round(20_000 * scale))
    account_at = _creation(clock, rng, account_count)
    region = rng.integers(0, len(REGIONS), account_count)
    account_owner = staff.owners_in(rng, region)
    employees = np.round(np.exp(rng.normal(3.0, 1.2, account_count))).astype(np.int64) + 1
    accounts = {
        "account": np.arange(account_count, dtype=np.int64),
        "name": rng.integers(0, 10_000, account_count),
        "industry": rng.integers(0, len(INDUSTRIES), account_count),
        "employees": employees,
        "annual_revenue": employees * rng.integers(4_000_000, 12_000_000, account_count),
        "region": region,
        "city": rng.integers(0, 4, account_count),
        "postal": rng.integers(1_000, 52_000, account_count),
        "segment": np.searchsorted([50, 250], employees),
        "owner": account_owner,
        "created_at": account_at,
        "updated_at": account_at,
    }

    created_at = _creation(clock, rng, count)
    account_of = np.where(rng.random(count) < 0.3, rng.integers(0, account_count, count), NONE)
    account_of = np.where(lookup(account_at, account_of, NONE) > created_at, NONE, account_of)
    number = np.arange(count, dtype=np.int64)
    in_household = (account_of == NONE) & (rng.random(count) < 0.03)
    landline = lookup(LANDLINES + (np.arange(account_count) * 7_919) % 9_999_991, account_of, NONE)
    shares = (account_of != NONE) & (rng.random(count) < 0.6)
    phone_of = np.where(shares, landline, NONE)
    homes = np.flatnonzero(in_household)
    phone_of[homes] = HOUSEHOLDS + np.arange(len(homes)) // 2
    _, group, sizes = np.unique(phone_of, return_inverse=True, return_counts=True)
    owner_of = np.where(
        account_of != NONE, lookup(account_owner, account_of, NONE), staff.owners(rng, count)
    )
    contacts = {
        "contact": number,
        "account": account_of,
        "name": rng.integers(0, 1_000_000, count),
        "phone": phone_of,
        "mobile": MOBILES + (number * 48_271 + 12_345) % _PRIME,
        "writing": rng.integers(0, 6, count),
        "job": np.where(account_of == NONE, NONE, rng.integers(0, len(JOBS), count)),
        "birth_year": np.where(rng.random(count) < 0.8, rng.integers(1945, 2005, count), NONE),
        "owner": owner_of,
        "channel": rng.integers(0, len(CHANNELS), count),
        "stage": np.zeros(count, dtype=np.int64),
        "created_at": created_at,
        "updated_at": created_at,
    }
    return Customers(
        accounts=_with_updates(
            clock, rng, accounts, "segment", np.minimum(accounts["segment"] + 1, 2), 0.05
        ),
        contacts=_with_updates(clock, rng, contacts, "stage", rng.integers(1, 3, count), 0.25),
        account_of=account_of,
        owner_of=owner_of,
        owner_of_account=account_owner,
        created_at=created_at,
        mobile_of=contacts["mobile"],
        phone_of=phone_of,
        is_shared=(phone_of != NONE) & (sizes[group] > 1),
    )


def _creation(clock: Clock, rng: np.random.Generator, count: int) -> Ints:
    """Sorted minutes: two fifths in the two years before the first day, the rest as the company grows."""
    before = round(count * 0.4)
    days = np.concatenate(
        [
            clock.first_day - rng.integers(1, 730, before),
            clock.first_day + pick(rng, count - before, clock.office),
        ]
    )
    return np.sort(clock.moments(rng, np.asarray(days, dtype=np.int64), OFFICE_HOURS, step=60))


def _with_updates(
    clock: Clock,
    rng: np.random.Generator,
    rows: dict[str, Ints],
    column: str,
    changed: Ints,
    share: float,
) -> Frame:
    """The first versions, and a later one for a share of them with `column` changed."""
    known_on = np.maximum(clock.local_day(rows["created_at"]), clock.first_day)
    some = np.flatnonzero(rng.random(len(known_on)) < share)
    later = {name: values[some] for name, values in rows.items()}
    later[column] = changed[some]
    changed_on = known_on[some] + rng.integers(5, 400, len(some))
    later["updated_at"] = clock.to_utc(
        changed_on * DAY + rng.integers(9 * 60, 18 * 60, len(some)) * 60
    )
    return stack([Frame(rows, known_on), Frame(later, changed_on)])
