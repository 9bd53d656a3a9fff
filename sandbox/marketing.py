"""Campaigns of the CRM, what they cost, social interactions, surveys and targets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sandbox.campaigns import campaign_of
from sandbox.clock import (
    DAY,
    NONE,
    OFFICE_HOURS,
    WAKING_HOURS,
    Clock,
    Ints,
    generator,
    month_index,
    pick,
)
from sandbox.customers import Customers
from sandbox.frames import Frame, lookup, stack
from sandbox.orders import CANCELLED, Shop, net_cents
from sandbox.staff import Staff
from sandbox.words import CAMPAIGN_CHANNELS, REGIONS

SOCIAL = 1
_DAILY_CENTS = np.array([4_000, 9_000, 16_000, 3_000, 5_000, 1_500])
COMPANY, REGION, REP = 0, 2, 3
"""Scopes of targets, as places in company, team, region, rep."""


@dataclass(frozen=True)
class Marketing:
    """What marketing and management keep in spreadsheets."""

    campaigns: Frame
    spend: Frame
    social: Frame
    surveys: Frame
    targets: Frame


def make_marketing(
    clock: Clock, staff: Staff, customers: Customers, shop: Shop, *, seed: int, scale: float
) -> Marketing:
    """30,000 social interactions and 4,000 answers at scale 1; a line of spend per day and channel."""
    rng = generator(seed, "marketing")
    return Marketing(
        campaigns=_campaigns(clock),
        spend=_spend(clock, rng, scale),
        social=_social(clock, rng, customers, scale),
        surveys=_surveys(clock, rng, customers, scale),
        targets=_targets(clock, generator(seed, "targets"), staff, shop),
    )


def _campaigns(clock: Clock) -> Frame:
    quarters = np.unique(month_index(clock.days) // 3)
    starts = (quarters * 3).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    ends = ((quarters + 1) * 3).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) - 1
    channels = len(CAMPAIGN_CHANNELS)
    number = np.arange(len(quarters) * channels, dtype=np.int64)
    columns = {
        "campaign": number,
        "channel": number % channels,
        "quarter": np.repeat(quarters, channels),
        "launched_at": clock.to_utc(np.repeat(starts, channels) * DAY + 9 * 3600),
        "ended_at": clock.to_utc(np.repeat(ends, channels) * DAY + 18 * 3600),
        "budget": np.tile(_DAILY_CENTS * 100, len(quarters)),
    }
    return Frame(columns, np.maximum(np.repeat(starts, channels), clock.first_day))


def _spend(clock: Clock, rng: np.random.Generator, scale: float) -> Frame:
    """Every day's spend; some days in two lines of one file, some restated the day after next."""
    channels = len(CAMPAIGN_CHANNELS)
    day, channel = np.repeat(clock.days, channels), np.tile(np.arange(channels), len(clock.days))
    season = np.repeat(clock.season, channels)
    amount = (
        np.round(
            _DAILY_CENTS[channel] * season * scale**0.8 * rng.gamma(6.0, 1 / 6, len(day))
        ).astype(np.int64)
        + 1
    )
    columns = {
        "line": np.arange(len(day), dtype=np.int64),
        "day": day,
        "channel": channel.astype(np.int64),
        "campaign": campaign_of(clock, day, channel),
        "amount": amount,
        "statement": np.zeros(len(day), dtype=np.int64),
    }
    first = Frame(columns, day)
    halves = np.flatnonzero(rng.random(len(day)) < 0.03)
    half = amount[halves] // 3
    amount[halves] -= half
    split = Frame({**first.take(halves).columns, "amount": half}, day[halves])
    month = month_index(day)
    is_last = (month != month_index(day + 1)) & (channel < 3) & (day < clock.last_day - 1)
    some = np.flatnonzero(is_last)
    restated = {
        **first.take(some).columns,
        "amount": amount[some] * 9 // 10 + 7,
        "statement": np.ones(len(some), dtype=np.int64),
    }
    return stack([first, split, Frame(restated, day[some] + 2)])


def last_statements(spend: Frame) -> Frame:
    """The lines that count: of each day and channel, those of its last statement."""
    key = spend["day"] * len(CAMPAIGN_CHANNELS) + spend["channel"]
    keys, position = np.unique(key, return_inverse=True)
    last = np.zeros(len(keys), dtype=np.int64)
    np.maximum.at(last, position, spend["statement"])
    return spend.take(spend["statement"] == last[position])


def _social(clock: Clock, rng: np.random.Generator, customers: Customers, scale: float) -> Frame:
    count = max(60, round(30_000 * scale))
    at = clock.spread(rng, count, clock.demand, WAKING_HOURS)
    prospect = np.floor(rng.random(count) ** 1.5 * max(40, 9_000 * scale)).astype(np.int64)
    contact = customers.existing_at(rng, at)
    how = pick(rng, count, np.array([0.15, 0.1, 0.75]))
    columns = {
        "interaction": np.arange(count, dtype=np.int64),
        "network": prospect % 4,
        "prospect": prospect,
        "contact": np.where(how == 2, NONE, contact),
        "by_email": (how == 1).astype(np.int64),
        "kind": pick(rng, count, np.array([0.35, 0.25, 0.15, 0.05, 0.06, 0.03, 0.02, 0.04, 0.05])),
        "campaign": np.where(
            rng.random(count) < 0.6,
            campaign_of(clock, clock.local_day(at), np.full(count, SOCIAL)),
            NONE,
        ),
        "occurred_at": at,
    }
    return Frame(columns, clock.local_day(at))


def _surveys(clock: Clock, rng: np.random.Generator, customers: Customers, scale: float) -> Frame:
    count = max(30, round(4_000 * scale))
    at = clock.spread(rng, count, clock.demand, OFFICE_HOURS, step=60)
    contact = customers.existing_at(rng, at)
    survey = (rng.random(count) < 0.4).astype(np.int64)
    csat = 1 + pick(rng, count, np.array([0.05, 0.07, 0.16, 0.4, 0.32]))
    nps = pick(rng, count, np.array([2, 1, 1, 2, 2, 4, 6, 14, 20, 26, 22], dtype=np.float64))
    columns = {
        "answer": np.arange(count, dtype=np.int64),
        "survey": survey,
        "contact": contact,
        "account": lookup(customers.account_of, contact, NONE),
        "agent": customers.owner_of[contact],
        "score": np.where(survey == 1, nps, csat),
        "answered_at": at,
    }
    return Frame(columns, clock.local_day(at))


def _targets(clock: Clock, rng: np.random.Generator, staff: Staff, shop: Shop) -> Frame:
    """Revenue targets by month for the company, each region and each rep; some reps' are revised in the month."""
    sold = shop.orders.newest("order", "updated_at")
    value = np.bincount(shop.lines["order"], weights=net_cents(shop.lines), minlength=len(sold))
    counts = sold["status"] != CANCELLED
    months = np.unique(month_index(clock.days))
    starts = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    mean = value[counts].sum() / len(months)
    season = np.array([clock.season[month_index(clock.days) == month].mean() for month in months])
    season = season / season.mean()
    share = staff.skill[staff.reps] ** 1.5
    share = share / share.sum() * 0.87
    rep_target = _round(
        np.outer(season * mean, share) * rng.uniform(0.9, 1.2, (len(months), len(share)))
    )
    region_of = staff.region[staff.reps]
    of_region = np.stack(
        [rep_target[:, region_of == r].sum(axis=1) for r in range(len(REGIONS))], axis=1
    )
    company = of_region.sum(axis=1, keepdims=True)
    parts = []
    for scope, keys, target in (
        (COMPANY, np.array([NONE]), company),
        (REGION, np.arange(len(REGIONS)), of_region),
        (REP, staff.reps, rep_target),
    ):
        month = np.repeat(starts, len(keys))
        columns = {
            "scope": np.full(len(month), scope, dtype=np.int64),
            "key": np.tile(keys, len(months)).astype(np.int64),
            "month": month,
            "target": target.ravel(),
            "set_on": month - 10,
        }
        parts.append(Frame(columns, np.maximum(month - 10, clock.first_day)))
    first = parts[-1]
    some = np.flatnonzero(rng.random(len(first)) < 0.05)
    changed = first.take(some).columns
    revised = {
        **changed,
        "target": changed["target"] * 11 // 10 // 100 * 100,
        "set_on": changed["month"] + 4,
    }
    parts.append(Frame(revised, changed["month"] + 4))
    targets = stack(parts)
    identity = (targets["month"] * 10 + targets["scope"]) * 100_000 + targets["key"] + 1
    return Frame({"identity": identity, **targets.columns}, targets.exported_on)


def _round(cents: np.ndarray) -> Ints:
    return np.asarray(np.maximum(np.round(cents / 10_000), 1) * 10_000, dtype=np.int64)
