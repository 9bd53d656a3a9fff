"""True figures of calls, activities, campaign emails, social networks, surveys and identity."""

from __future__ import annotations

import numpy as np

from sandbox import emails as mailer
from sandbox.activities import DEMO, EMAIL, HELD, MEETING, OUT, PROPOSAL, VISIT
from sandbox.calls import ANSWERED, INBOUND, INTERNAL, OUTBOUND
from sandbox.clock import NONE, Array, Bools
from sandbox.figures import Dimension, Figure, combined, counted, distinct, ratio, summed
from sandbox.frames import Frame
from sandbox.snapshot import Snapshot
from sandbox.words import NETWORKS

_ABANDONED = 4
_ENGAGED = 4
"""Kinds of social interactions from here on (comment, share, reply, message, click) are engagement."""


def calls(snapshot: Snapshot) -> dict[str, Figure]:
    """Calls by their start; those between colleagues do not count."""
    rows = snapshot.rows("calls")
    rows = rows.take(rows["direction"] != INTERNAL)
    month, agent = snapshot.months(rows["started_at"]), rows["agent"]
    cuts = (snapshot.region(agent), snapshot.team(agent, rows["started_at"]))
    inbound, outbound = rows["direction"] == INBOUND, rows["direction"] == OUTBOUND
    met = rows["end"] == ANSWERED

    def part(some: Array, values: Array | None = None) -> Figure:
        cut = tuple(dimension.where(some) for dimension in cuts)
        return (
            counted(month[some], *cut)
            if values is None
            else summed(month[some], values[some], *cut)
        )

    everyone = np.ones(len(rows), dtype=np.bool_)
    taken, reached = part(inbound & met), part(outbound & met)
    handled = rows["talk"] + rows["hold"] + rows["wrap"]
    return {
        "calls": part(everyone),
        "outbound_calls": part(outbound),
        "inbound_calls": part(inbound),
        "connected_calls": part(met),
        "connection_rate": ratio(reached, part(outbound)),
        "answer_rate": ratio(taken, part(inbound)),
        "missed_calls": part(inbound & ~met),
        "abandonment_rate": ratio(part(inbound & (rows["end"] == _ABANDONED)), part(inbound)),
        "service_level_20s": ratio(part(inbound & met & (rows["wait"] <= 20)), part(inbound)),
        "average_speed_of_answer": ratio(part(inbound & met, rows["wait"]), taken),
        "average_handle_time": ratio(part(met, handled), part(met)),
        "talk_time": part(everyone, rows["talk"]),
    }


def activities(snapshot: Snapshot) -> dict[str, Figure]:
    """Activities that reps record, by their start."""
    rows = snapshot.rows("activities")
    month, owner = snapshot.months(rows["started_at"]), rows["owner"]
    cuts = (snapshot.region(owner), snapshot.team(owner, rows["started_at"]))
    kind, held = rows["kind"], rows["outcome"] == HELD

    def part(some: Array) -> Figure:
        return counted(month[some], *(dimension.where(some) for dimension in cuts))

    return {
        "sales_emails_sent": part((kind == EMAIL) & (rows["way"] == OUT)),
        "meetings": part((kind == MEETING) & held),
        "visits": part((kind == VISIT) & held),
        "demos": part((kind == DEMO) & held),
        "proposals_sent": part(kind == PROPOSAL),
    }


def emails(snapshot: Snapshot) -> dict[str, Figure]:
    """Campaign emails by the day they were sent, with what is known to have come of them."""
    events = snapshot.rows("email_events")
    messages = snapshot.company.emails.messages
    size = len(messages)

    def having(some: Array) -> Bools:
        has_event = np.zeros(size, dtype=np.bool_)
        has_event[events["message"][some]] = True
        return has_event

    kind, by_person = events["kind"], events["machine"] == 0
    sent = having(kind == mailer.SENT)
    month = snapshot.months(messages["sent_at"])
    label = snapshot.company.emails.mailings["launched_at"]
    names = [f"Boletín {day}" for day in snapshot.days(label).astype("datetime64[D]")]
    name = Dimension("campaign__name", messages["mailing"], names)

    def part(some: Array) -> Figure:
        rows = sent & some
        return counted(month[rows], name.where(rows))

    arrived_too = having(kind == mailer.DELIVERED)
    bounced = having(kind == mailer.BOUNCE) & ~arrived_too
    opened = having((kind == mailer.OPEN) & by_person)
    clicked, replied = having((kind == mailer.CLICK) & by_person), having(kind == mailer.REPLY)
    mailed, arrived = part(sent), part(arrived_too)
    return {
        "emails_sent": mailed,
        "emails_delivered": arrived,
        "delivery_rate": ratio(arrived, mailed),
        "bounce_rate": ratio(part(bounced), mailed),
        "open_rate": ratio(part(opened), arrived),
        "click_rate": ratio(part(clicked), arrived),
        "click_to_open_rate": ratio(part(opened & clicked), part(opened)),
        "reply_rate": ratio(part(replied), arrived),
        "email_engagement_rate": ratio(part(opened | clicked | replied), arrived),
        "unsubscribe_rate": ratio(part(having(kind == mailer.UNSUBSCRIBE)), arrived),
        "spam_complaint_rate": ratio(part(having(kind == mailer.COMPLAINT)), arrived),
    }


def people(snapshot: Snapshot) -> dict[str, Figure]:
    """Contacts, social networks and surveys."""
    contacts = snapshot.rows("contacts").newest("contact", "updated_at")
    social = snapshot.rows("social_interactions")
    network = Dimension("social_interaction__network", social["network"], NETWORKS)
    month = snapshot.months(social["occurred_at"])
    handle = social["prospect"]
    engaged = social["kind"] >= _ENGAGED
    reached = distinct(month, handle, network)
    keen = distinct(month[engaged], handle[engaged], network.where(engaged))
    answers = snapshot.rows("survey_answers")
    csat, nps = answers.take(answers["survey"] == 0), answers.take(answers["survey"] == 1)
    balance = (nps["score"] >= 9).astype(np.int64) - (nps["score"] <= 6)
    at = snapshot.months(nps["answered_at"])
    score = ratio(
        summed(at, balance, snapshot.region(nps["agent"])),
        counted(at, snapshot.region(nps["agent"])),
    )
    return {
        "new_contacts": counted(
            snapshot.months(contacts["created_at"]), snapshot.region(contacts["owner"])
        ),
        "social_prospects": reached,
        "engaged_social_prospects": keen,
        "social_engagement_rate": ratio(keen, reached),
        "csat_score": ratio(
            _answers(snapshot, csat.take(csat["score"] >= 4)), _answers(snapshot, csat)
        ),
        "net_promoter_score": combined(lambda a: 100 * a, score),
    }


def _answers(snapshot: Snapshot, rows: Frame) -> Figure:
    return counted(snapshot.months(rows["answered_at"]), snapshot.region(rows["agent"]))


def matches(snapshot: Snapshot) -> dict[str, dict[str, int]]:
    """Of each kind of interaction: how many there are, and how many belong to a contact, by which key."""
    rows = snapshot.rows("calls")
    rows = rows.take(rows["direction"] != INTERNAL)
    named = rows["contact"] != NONE
    matched = rows["caller"] != NONE
    phones, holders = _phones(snapshot)
    sharers = holders[np.minimum(np.searchsorted(phones, rows["number"]), len(phones) - 1)]
    events = snapshot.rows("email_events")
    messages = snapshot.company.emails.messages.take(
        np.unique(events["message"][events["kind"] == mailer.SENT])
    )
    social = snapshot.rows("social_interactions")
    return {
        "calls": {
            "all": len(rows),
            "matched": int(matched.sum()),
            "by_contact_id": int(named.sum()),
            "by_phone": int((matched & ~named).sum()),
            "ambiguous": int((matched & ~named & (sharers > 1)).sum()),
            "unknown_agent": int((rows["agent"] >= 9_000).sum()),
        },
        "emails": {
            "all": len(messages),
            "matched": int((messages["contact"] != NONE).sum()),
            "by_contact_id": int(messages["names_contact"].sum()),
            "by_email": int(
                ((messages["contact"] != NONE) & (messages["names_contact"] == 0)).sum()
            ),
        },
        "social": {
            "all": len(social),
            "matched": int((social["contact"] != NONE).sum()),
            "by_contact_id": int(((social["contact"] != NONE) & (social["by_email"] == 0)).sum()),
            "by_email": int((social["by_email"] == 1).sum()),
        },
    }


def _phones(snapshot: Snapshot) -> tuple[Array, Array]:
    """Every number of a contact, sorted, and how many contacts have it."""
    contacts = snapshot.rows("contacts").newest("contact", "updated_at")
    numbers = np.concatenate([contacts["mobile"], contacts["phone"][contacts["phone"] != NONE]])
    phones, counts = np.unique(numbers, return_counts=True)
    return phones, counts
