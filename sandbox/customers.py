"""Accounts and contacts: who they are, how they are reached, and which of them share a phone.

A phone is an int of E.164 digits (34612345678). What customers do belongs to the other modules.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sandbox.clock import DAY, NONE, OFFICE_HOURS, Bools, Clock, Ints, generator, pick
from sandbox.frames import Frame, lookup, stack
from sandbox.staff import Staff
from sandbox.words import CHANNELS, INDUSTRIES, JOBS, REGIONS

MOBILES = 34_600_000_000
LANDLINES = 34_910_000_000
HOUSEHOLDS = 34_960_000_000
STRANGERS = 34_711_000_000
"""Numbers from here on belong to no contact."""
_PRIME = 99_999_989


@dataclass(frozen=True)
class Customers:
    """Accounts and contacts, one row per version, and arrays with one item per contact or account."""

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

    def existing_at(self, rng: np.random.Generator, instants: Ints, *, favour: float = 1.0) -> Ints:
        """A contact that exists at each instant (the first one where none does); `favour` above 1 prefers old ones."""
        there = np.searchsorted(self.created_at, instants, side="left")
        return np.asarray(np.floor(there * rng.random(len(instants)) ** favour), dtype=np.int64)


def make_customers(clock: Clock, staff: Staff, *, seed: int, scale: float) -> Customers:
    """3,000 accounts and 20,000 contacts at scale 1, two fifths of them from before the first day."""
    rng = generator(seed, "customers")
    accounts = _accounts(clock, rng, staff, max(20, round(3_000 * scale)))
    contacts = _contacts(clock, rng, staff, accounts, max(60, round(20_000 * scale)))
    larger = np.minimum(accounts["segment"] + 1, 2)
    phone = contacts["phone"]
    _, group, sizes = np.unique(phone, return_inverse=True, return_counts=True)
    return Customers(
        accounts=_with_updates(clock, rng, accounts, "segment", larger, 0.05),
        contacts=_with_updates(clock, rng, contacts, "stage", rng.integers(1, 3, len(phone)), 0.25),
        account_of=contacts["account"],
        owner_of=contacts["owner"],
        owner_of_account=accounts["owner"],
        created_at=contacts["created_at"],
        mobile_of=contacts["mobile"],
        phone_of=phone,
        is_shared=(phone != NONE) & (sizes[group] > 1),
    )


def _accounts(clock: Clock, rng: np.random.Generator, staff: Staff, count: int) -> dict[str, Ints]:
    created_at = _creation(clock, rng, count)
    region = rng.integers(0, len(REGIONS), count)
    owner = staff.owners_in(rng, region)
    employees = np.round(np.exp(rng.normal(3.0, 1.2, count))).astype(np.int64) + 1
    return {
        "account": np.arange(count, dtype=np.int64),
        "name": rng.integers(0, 10_000, count),
        "industry": rng.integers(0, len(INDUSTRIES), count),
        "employees": employees,
        "annual_revenue": employees * rng.integers(4_000_000, 12_000_000, count),
        "region": region,
        "city": rng.integers(0, 4, count),
        "postal": rng.integers(1_000, 52_000, count),
        "segment": np.searchsorted([50, 250], employees),
        "owner": owner,
        "created_at": created_at,
        "updated_at": created_at,
    }


def _contacts(
    clock: Clock, rng: np.random.Generator, staff: Staff, accounts: dict[str, Ints], count: int
) -> dict[str, Ints]:
    account_count = len(accounts["account"])
    created_at = _creation(clock, rng, count)
    account_of = np.where(rng.random(count) < 0.3, rng.integers(0, account_count, count), NONE)
    is_newer = lookup(accounts["created_at"], account_of, NONE) > created_at
    account_of = np.where(is_newer, NONE, account_of)
    number = np.arange(count, dtype=np.int64)
    in_household = (account_of == NONE) & (rng.random(count) < 0.03)
    landline = lookup(LANDLINES + (np.arange(account_count) * 7_919) % 9_999_991, account_of, NONE)
    shares = (account_of != NONE) & (rng.random(count) < 0.6)
    phone = np.where(shares, landline, NONE)
    homes = np.flatnonzero(in_household)
    phone[homes] = HOUSEHOLDS + np.arange(len(homes)) // 2
    owner = np.where(
        account_of != NONE, lookup(accounts["owner"], account_of, NONE), staff.owners(rng, count)
    )
    return {
        "contact": number,
        "account": account_of,
        "name": rng.integers(0, 1_000_000, count),
        "phone": phone,
        "mobile": MOBILES + (number * 48_271 + 12_345) % _PRIME,
        "writing": rng.integers(0, 6, count),
        "job": np.where(account_of == NONE, NONE, rng.integers(0, len(JOBS), count)),
        "birth_year": np.where(rng.random(count) < 0.8, rng.integers(1945, 2005, count), NONE),
        "owner": owner,
        "channel": rng.integers(0, len(CHANNELS), count),
        "stage": np.zeros(count, dtype=np.int64),
        "created_at": created_at,
        "updated_at": created_at,
    }


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
    exported_on = np.maximum(clock.local_day(rows["created_at"]), clock.first_day)
    some = np.flatnonzero(rng.random(len(exported_on)) < share)
    later = {name: values[some] for name, values in rows.items()}
    later[column] = changed[some]
    changed_on = exported_on[some] + rng.integers(5, 400, len(some))
    later["updated_at"] = clock.to_utc(
        changed_on * DAY + rng.integers(9 * 60, 18 * 60, len(some)) * 60
    )
    return stack([Frame(rows, exported_on), Frame(later, changed_on)])
