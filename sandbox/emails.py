"""Email campaigns: mailings to contacts and to bought addresses, and what came of each message.

The mailer numbers its mailings itself; the campaigns of the CRM are those of `marketing`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sandbox.clock import DAY, NONE, Clock, Ints, generator
from sandbox.customers import Customers
from sandbox.frames import Frame, stack

SENT, DELIVERED, OPEN, CLICK, REPLY, BOUNCE, UNSUBSCRIBE, COMPLAINT, DEFERRED = range(9)
_EVENTS_PER_MESSAGE = 10
"""The number of an event is that of its message times this, plus its position; setbacks are numbered from there on."""


@dataclass(frozen=True)
class EmailCampaigns:
    """Mailings, messages (never exported as such) and their events."""

    mailings: Frame
    messages: Frame
    events: Frame


def make_emails(clock: Clock, customers: Customers, *, seed: int, scale: float) -> EmailCampaigns:
    """A mailing per week; 500,000 events at scale 1."""
    rng = generator(seed, "mailing")
    tuesdays = clock.days[(clock.days + 3) % 7 == 1]
    if not len(tuesdays):
        tuesdays = clock.days[:1]
    count = len(tuesdays)
    mailing = np.arange(count, dtype=np.int64)
    launched_at = clock.to_utc(tuesdays * DAY + rng.integers(8, 12, count) * 3600)
    segment = mailing % 3
    mailings = Frame({"mailing": mailing, "segment": segment, "launched_at": launched_at}, tuesdays)

    total = max(300, round(205_000 * scale))
    weights = clock.season[tuesdays - clock.first_day]
    of = np.sort(rng.choice(count, total, p=weights / weights.sum())).astype(np.int64)
    contact = customers.existing_at(rng, launched_at[of])
    outside = rng.random(total) < 0.05
    person = np.where(outside, -2 - rng.integers(0, 10**9, total), contact)
    _, first = np.unique(np.stack([of, person], axis=1), axis=0, return_index=True)
    keep = np.sort(first)
    of, contact, outside, person = of[keep], contact[keep], outside[keep], person[keep]
    total = len(of)
    messages = {
        "message": np.arange(total, dtype=np.int64),
        "mailing": of,
        "contact": np.where(outside, NONE, contact),
        "stranger": np.where(outside, -2 - person, NONE),
        "writing": rng.integers(0, 8, total),
        "names_contact": ((rng.random(total) < 0.4) & ~outside).astype(np.int64),
        "sent_at": launched_at[of] + rng.integers(0, 5400, total),
    }
    events = _events(clock, rng, messages, segment[of], weights[of])
    return EmailCampaigns(
        mailings=mailings,
        messages=Frame(messages, clock.local_day(messages["sent_at"])),
        events=_with_setbacks(clock, events, messages["sent_at"], seed=seed),
    )


def _events(
    clock: Clock,
    rng: np.random.Generator,
    messages: dict[str, Ints],
    segment: Ints,
    season: np.ndarray,
) -> Frame:
    sent_at = messages["sent_at"]
    total = len(sent_at)
    bounced = rng.random(total) < 0.03
    arrived_at = sent_at + rng.integers(1, 120, total)
    likes = np.array([0.21, 0.27, 0.24])[segment] / season**0.3
    opened = ~bounced & (rng.random(total) < likes)
    opened_at = arrived_at + rng.exponential(7 * 3600, total).astype(np.int64) + 60
    again = opened & (rng.random(total) < 0.2)
    scanned = ~bounced & (rng.random(total) < 0.12)
    clicked = (opened & (rng.random(total) < 0.18)) | (~bounced & (rng.random(total) < 0.008))
    replied = opened & (rng.random(total) < 0.06)
    left = opened & (rng.random(total) < 0.012)
    complained = ~bounced & (rng.random(total) < 0.0006)
    after = opened_at + rng.integers(5, 900, total)
    parts = (
        (SENT, sent_at, ~bounced | bounced, False),
        (DELIVERED, arrived_at, ~bounced, False),
        (BOUNCE, arrived_at, bounced, False),
        (OPEN, opened_at, opened, False),
        (OPEN, opened_at + rng.integers(3600, 5 * DAY, total), again, False),
        (OPEN, arrived_at + rng.integers(1, 30, total), scanned, True),
        (CLICK, after, clicked, False),
        (REPLY, after + rng.integers(60, DAY, total), replied, False),
        (UNSUBSCRIBE, after + 30, left, False),
        (COMPLAINT, after + 45, complained, False),
    )
    message = np.concatenate([messages["message"][some] for _, _, some, _ in parts])
    part = np.repeat(np.arange(len(parts)), [int(some.sum()) for _, _, some, _ in parts])
    at = np.concatenate([instant[some] for _, instant, some, _ in parts])
    kind = np.array([kind for kind, _, _, _ in parts], dtype=np.int64)[part]
    machine = np.array([machine for _, _, _, machine in parts], dtype=np.int64)[part]
    columns = {
        "event": message * _EVENTS_PER_MESSAGE + part,
        "message": message,
        "kind": kind,
        "machine": machine,
        "soft": np.where(kind == BOUNCE, message % 3 > 0, False).astype(np.int64),
        "occurred_at": at,
    }
    return Frame(columns, clock.local_day(at))


def _with_setbacks(clock: Clock, events: Frame, message_sent_at: Ints, *, seed: int) -> Frame:
    """The events, and messages that are deferred or bounce softly before they arrive, or whose links are scanned."""
    rng = generator(seed, "setbacks")
    arrived = events.take(events["kind"] == DELIVERED)
    sent_at = message_sent_at[arrived["message"]]
    fate = rng.random(len(arrived))
    deferred, soft = fate < 0.015, (fate >= 0.015) & (fate < 0.025)
    scanned = rng.random(len(arrived)) < 0.03
    first = int(events["event"].max()) + 1
    parts = (
        (DEFERRED, sent_at, deferred, False),
        (BOUNCE, sent_at, soft, False),
        (CLICK, arrived["occurred_at"] + rng.integers(1, 30, len(arrived)), scanned, True),
    )
    frames = [events]
    for kind, at, some, machine in parts:
        count = int(some.sum())
        columns = {
            "event": first + np.arange(count, dtype=np.int64),
            "message": arrived["message"][some],
            "kind": np.full(count, kind, dtype=np.int64),
            "machine": np.full(count, machine, dtype=np.int64),
            "soft": np.full(count, kind == BOUNCE, dtype=np.int64),
            "occurred_at": at[some],
        }
        first += count
        frames.append(Frame(columns, clock.local_day(at[some])))
    every = stack(frames)
    return every.take(np.argsort(every["occurred_at"], kind="stable"))
