"""True figures of calls, activities, campaign emails, social networks, surveys and identity."""

from __future__ import annotations

import numpy as np

from sandbox import mailing
from sandbox.clock import NONE, Array, Bools
from sandbox.figures import Dimension, Figure, combined, counted, distinct, ratio, summed
from sandbox.frames import Frame
from sandbox.known import Known
from sandbox.talking import (
    ANSWERED,
    DEMO,
    EMAIL,
    HELD,
    INBOUND,
    INTERNAL,
    MEETING,
    OUT,
    OUTBOUND,
    PROPOSAL,
    VISIT,
)
from sandbox.words import NETWORKS

_ABANDONED = 4
_ENGAGED = 4
"""Kinds of social interactions from here on (comment, share, reply, message, click) are engagement."""


def calls(known: Known) -> dict[str, Figure]:
    """Calls by their start; those between colleagues are none."""
    rows = known.rows("calls")
    rows = rows.take(rows["direction"] != INTERNAL)
    month, agent = known.months(rows["started_at"]), rows["agent"]
    cuts = (known.region(agent), known.team(agent, rows["started_at"]))
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


def activities(known: Known) -> dict[str, Figure]:
    """What reps put in their diary, by its start."""
    rows = known.rows("activities")
    month, owner = known.months(rows["started_at"]), rows["owner"]
    cuts = (known.region(owner), known.team(owner, rows["started_at"]))
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


def emails(known: Known) -> dict[str, Figure]:
    """Campaign emails by the day they were sent, with what is known to have come of them."""
    events = known.rows("email_events")
    messages = known.company.mailing.messages
    size = len(messages)

    def having(some: Array) -> Bools:
        found = np.zeros(size, dtype=np.bool_)
        found[events["message"][some]] = True
        return found

    kind, by_person = events["kind"], events["machine"] == 0
    sent = having(kind == mailing.SENT)
    month = known.months(messages["sent_at"])
    label = known.company.mailing.mailings["launched_at"]
    names = [f"Boletín {day}" for day in known.days(label).astype("datetime64[D]")]
    name = Dimension("campaign__name", messages["mailing"], names)

    def part(some: Array) -> Figure:
        rows = sent & some
        return counted(month[rows], name.where(rows))

    bounced = having(kind == mailing.BOUNCE)
    opened = having((kind == mailing.OPEN) & by_person)
    clicked, replied = having(kind == mailing.CLICK), having(kind == mailing.REPLY)
    mailed, arrived = part(sent), part(~bounced)
    return {
        "emails_sent": mailed,
        "emails_delivered": arrived,
        "delivery_rate": ratio(arrived, mailed),
        "bounce_rate": ratio(part(bounced), mailed),
        "open_rate": ratio(part(opened), arrived),
        "click_rate": ratio(part(clicked), arrived),
        "click_to_open_rate": ratio(part(clicked), part(opened)),
        "reply_rate": ratio(part(replied), arrived),
        "email_engagement_rate": ratio(part(opened | clicked | replied), arrived),
        "unsubscribe_rate": ratio(part(having(kind == mailing.UNSUBSCRIBE)), arrived),
        "spam_complaint_rate": ratio(part(having(kind == mailing.COMPLAINT)), arrived),
    }


def people(known: Known) -> dict[str, Figure]:
    """Contacts, social networks and surveys."""
    contacts = known.rows("contacts").newest("contact", "updated_at")
    social = known.rows("social_interactions")
    network = Dimension("social_interaction__network", social["network"], NETWORKS)
    month = known.months(social["occurred_at"])
    handle = social["prospect"]
    engaged = social["kind"] >= _ENGAGED
    reached = distinct(month, handle, network)
    keen = distinct(month[engaged], handle[engaged], network.where(engaged))
    answers = known.rows("survey_answers")
    csat, nps = answers.take(answers["survey"] == 0), answers.take(answers["survey"] == 1)
    balance = (nps["score"] >= 9).astype(np.int64) - (nps["score"] <= 6)
    at = known.months(nps["answered_at"])
    score = ratio(
        summed(at, balance, known.region(nps["agent"])), counted(at, known.region(nps["agent"]))
    )
    return {
        "new_contacts": counted(
            known.months(contacts["created_at"]), known.region(contacts["owner"])
        ),
        "social_prospects": reached,
        "engaged_social_prospects": keen,
        "social_engagement_rate": ratio(keen, reached),
        "csat_score": ratio(_answers(known, csat.take(csat["score"] >= 4)), _answers(known, csat)),
        "net_promoter_score": combined(lambda a: 100 * a, score),
    }


def _answers(known: Known, rows: Frame) -> Figure:
    return counted(known.months(rows["answered_at"]), known.region(rows["agent"]))


def matches(known: Known) -> dict[str, dict[str, int]]:
    """Of each kind of interaction: how many there are, and how many belong to a contact, by which key."""
    rows = known.rows("calls")
    rows = rows.take(rows["direction"] != INTERNAL)
    named = rows["contact"] != NONE
    found = rows["caller"] != NONE
    phones, holders = _phones(known)
    sharers = holders[np.minimum(np.searchsorted(phones, rows["number"]), len(phones) - 1)]
    events = known.rows("email_events")
    messages = known.company.mailing.messages.take(
        np.unique(events["message"][events["kind"] == mailing.SENT])
    )
    social = known.rows("social_interactions")
    return {
        "calls": {
            "all": len(rows),
            "matched": int(found.sum()),
            "by_contact_id": int(named.sum()),
            "by_phone": int((found & ~named).sum()),
            "ambiguous": int((found & ~named & (sharers > 1)).sum()),
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


def _phones(known: Known) -> tuple[Array, Array]:
    """Every number of a contact, sorted, and how many contacts have it."""
    contacts = known.rows("contacts").newest("contact", "updated_at")
    numbers = np.concatenate([contacts["mobile"], contacts["phone"][contacts["phone"] != NONE]])
    found, counts = np.unique(numbers, return_counts=True)
    return found, counts
