"""Email campaigns: what came of each message."""

from __future__ import annotations

import numpy as np

from sandbox.company import Company
from sandbox.emails import BOUNCE, CLICK, DEFERRED, DELIVERED, OPEN, REPLY, SENT


def test_every_message_is_sent_and_then_delivered_or_bounced(company: Company) -> None:
    messages, events = company.emails.messages, company.emails.events

    def of(kind: int) -> set[int]:
        return set(events["message"][events["kind"] == kind].tolist())

    assert of(SENT) == set(messages["message"].tolist())
    assert of(DELIVERED) | of(BOUNCE) == of(SENT)
    assert of(REPLY) <= of(OPEN) <= of(DELIVERED)
    assert of(CLICK) - of(OPEN), "some click in a message whose opening nobody saw"


def test_events_have_a_number_and_come_after_the_message(company: Company) -> None:
    messages, events = company.emails.messages, company.emails.events
    assert len(np.unique(events["event"])) == len(events)
    assert (events["occurred_at"] >= messages["sent_at"][events["message"]]).all()
    assert 0 < events["machine"].mean() < 0.2


def test_nobody_gets_a_mailing_twice(company: Company) -> None:
    messages = company.emails.messages
    person = np.where(messages["contact"] >= 0, messages["contact"], -2 - messages["stranger"])
    pairs = np.stack([messages["mailing"], person], axis=1)
    assert len(np.unique(pairs, axis=0)) == len(messages)


def test_what_was_deferred_or_bounced_softly_was_delivered_later(company: Company) -> None:
    events = company.emails.events
    delivered = events.take(events["kind"] == DELIVERED)
    arrived_at = dict(
        zip(delivered["message"].tolist(), delivered["occurred_at"].tolist(), strict=True)
    )
    late = events.take(
        (events["kind"] == DEFERRED)
        | ((events["kind"] == BOUNCE) & np.isin(events["message"], delivered["message"]))
    )
    assert {DEFERRED, BOUNCE} == set(late["kind"].tolist())
    assert (late["soft"] == (late["kind"] == BOUNCE)).all()
    for message, at in zip(late["message"].tolist(), late["occurred_at"].tolist(), strict=True):
        assert at < arrived_at[message]


def test_scanners_click_and_some_bounces_are_hard(company: Company) -> None:
    events = company.emails.events
    assert ((events["kind"] == CLICK) & (events["machine"] == 1)).sum() > 10
    assert set(events["soft"][events["kind"] == BOUNCE].tolist()) == {0, 1}
