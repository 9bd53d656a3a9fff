"""Calls and the time of agents."""

from __future__ import annotations

import numpy as np

from sandbox.calls import ANSWERED, INBOUND, INTERNAL, WITHHELD
from sandbox.clock import NONE
from sandbox.company import Company


def test_the_parts_of_a_call_add_up(company: Company) -> None:
    calls = company.conversations.calls
    answered = calls["end"] == ANSWERED
    talked = calls["wait"] + calls["talk"] + calls["hold"]
    assert (calls["ended_at"] - calls["started_at"] == talked).all()
    assert (calls["answered_at"][~answered] == NONE).all()
    assert (calls["answered_at"][answered] == (calls["started_at"] + calls["wait"])[answered]).all()
    assert not calls["talk"][~answered].any() and not calls["wrap"][~answered].any()


def test_numbers_are_hidden_within_the_company_and_where_they_are_withheld(
    company: Company,
) -> None:
    calls = company.conversations.calls
    internal = calls["direction"] == INTERNAL
    assert (calls["number"][internal] == WITHHELD).all()
    assert (calls["caller"][calls["number"] == WITHHELD] == NONE).all()
    missed = (calls["direction"] == INBOUND) & (calls["end"] != ANSWERED)
    assert (calls["agent"][missed] == NONE).all()


def test_the_day_of_an_agent_has_no_gap(company: Company) -> None:
    """Nine hours in eight stretches, each beginning where the one before ends."""
    states = company.conversations.states
    order = np.lexsort((states["started_at"], states["agent"]))
    begun, ended = states["started_at"][order], states["ended_at"][order]
    same_day = (states["agent"][order][1:] == states["agent"][order][:-1]) & (
        begun[1:] // 86_400 == begun[:-1] // 86_400
    )
    assert (begun[1:][same_day] == ended[:-1][same_day]).all()
    assert (ended > begun).all()
