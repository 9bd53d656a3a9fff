"""Calls beside the states of the agents who talk."""

from __future__ import annotations

from orchestration.quality.agreements.comparison import Comparison
from orchestration.quality.landed_columns import landed

_AGENT = "_key_source || ':' || agent_id"


def _talks(since: int) -> str:
    return f"""
        select _source, {_AGENT} as agent, started_at, _source || ':' || call_id as key
        from {landed("calls")}
        where _load_seq > {since} and talk_seconds > 0 and agent_id is not null and not _is_deleted
    """


def _states(since: int) -> str:
    """States of the days of the new calls, in which an agent can be talking."""
    return f"""
        select {_AGENT} as agent, state, started_at, coalesce(ended_at, started_at + interval 1 day) as ended_at
        from {landed("agent_states")}
        where not _is_deleted and state is distinct from 'offline'
            and started_at >= (select min(started_at) - interval 1 day from {landed("calls")} where _load_seq > {since})
    """


def _outside_states(since: int) -> str:
    """Calls of agents and days that have states."""
    return f"""
        with talks as ({_talks(since)}),
        states as ({_states(since)}),
        days as (select distinct agent, started_at::date as day from states)
        select talks._source as source, talks.key,
            states.agent is null or states.ended_at < talks.started_at - interval 1 minute as is_wrong
        from talks
        semi join days on talks.agent = days.agent and talks.started_at::date = days.day
        asof left join states on talks.agent = states.agent and talks.started_at >= states.started_at
    """


def _days_without_states(since: int) -> str:
    """Days of an agent with calls, where any agent has states on that day."""
    return f"""
        with talks as (select distinct _source, agent, started_at::date as day from ({_talks(since)})),
        days as (select distinct agent, started_at::date as day from ({_states(since)}))
        select talks._source as source, talks.agent || ' ' || talks.day as key, days.agent is null as is_wrong
        from talks left join days on talks.agent = days.agent and talks.day = days.day
        where talks.day in (select day from days)
    """


def _never_on_call(since: int) -> str:
    """Days of an agent with calls and states."""
    return f"""
        with talks as (select distinct _source, agent, started_at::date as day from ({_talks(since)})),
        days as (
            select agent, started_at::date as day, bool_or(state = 'on_call') as is_on_call
            from ({_states(since)}) group by all
        )
        select talks._source as source, talks.agent || ' ' || talks.day as key, not is_on_call as is_wrong
        from talks inner join days on talks.agent = days.agent and talks.day = days.day
    """


def _two_states_at_once(since: int) -> str:
    """New states that begin before the one before has ended."""
    return f"""
        select _source as source, {_AGENT} || ' ' || started_at as key,
            started_at < lag(ended_at) over (partition by _source, agent_id order by started_at) as is_wrong
        from {landed("agent_states")} where _load_seq > {since} and not _is_deleted
    """


PHONE = (
    Comparison(
        "agent_states",
        "agent_states",
        "begin before the agent's state before has ended",
        _two_states_at_once,
    ),
    Comparison(
        "calls", "agent_states", "are answered by agents who were not logged in", _outside_states
    ),
    Comparison(
        "calls",
        "agent_states",
        "(days of an agent with calls) have no state of the agent",
        _days_without_states,
    ),
    Comparison(
        "calls",
        "agent_states",
        "(days of an agent with calls) are never on a call in states",
        _never_on_call,
    ),
)
