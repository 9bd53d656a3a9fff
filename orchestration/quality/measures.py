"""Core figures of a candidate by day, and of its reps, teams and regions by month: what their history is judged by.

They are sums and counts of one mart each, read in one statement; what metrics are made of belongs to the semantic
layer. Judging belongs to `measure_history` and `group_history`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Days = Mapping[date, "Day"]


@dataclass(frozen=True)
class Measure:
    """One figure: rows of a mart by their day, counted or added up; `by_rep` where each row has its rep."""

    name: str
    mart: str
    day: str
    value: str = "1"
    where: str = "true"
    by_rep: bool = True


@dataclass(frozen=True)
class Day:
    """A figure on a day: of how many rows, and what they come to."""

    rows: int
    value: float


MEASURES = (
    Measure("calls", "activity.fct_calls", "started_on"),
    Measure("talk_time", "activity.fct_calls", "started_on", "talk_seconds", "talk_seconds > 0", by_rep=False),
    Measure("tracked_time", "activity.fct_agent_states", "started_on", "state_seconds", by_rep=False),
    Measure("activities", "activity.fct_activities", "started_on", where="kind <> 'call'"),
    Measure("tasks", "activity.fct_tasks", "created_at::date"),
    Measure("leads", "funnel.fct_leads", "created_on"),
    Measure("campaign_emails", "activity.fct_campaign_emails", "sent_on", by_rep=False),
    Measure("social_interactions", "activity.fct_social_interactions", "occurred_on", by_rep=False),
    Measure("survey_answers", "activity.fct_survey_answers", "answered_on", by_rep=False),
    Measure("deals_created", "funnel.fct_deals", "created_on"),
    Measure("deals_won", "funnel.fct_deals", "closed_on", where="is_won"),
    Measure("won_value", "funnel.fct_deals", "closed_on", "amount", "is_won", by_rep=False),
    Measure("orders", "customer.fct_orders", "ordered_on"),
    Measure("revenue", "customer.fct_orders", "ordered_on", "net_amount", "not is_cancelled", by_rep=False),
    Measure("invoiced", "customer.fct_invoices", "invoiced_on", "invoice_amount", "not is_void", by_rep=False),
    Measure("staff_costs", "performance.fct_staff_costs", "month_start_on", "staff_cost_amount", by_rep=False),
    Measure("marketing_spend", "performance.fct_marketing_spend", "spend_on", "spend_amount", by_rep=False),
)  # fmt: skip


def days_of(connection: DuckDBPyConnection, measure: Measure, until: date) -> dict[date, Day]:
    """The figure by day, as far as a day."""
    rows = connection.execute(
        f"select {measure.day} as day, count(*), coalesce(sum({measure.value}), 0)::double "
        f"from marts.{measure.mart} where {measure.where} and {measure.day} <= ? group by 1 order by 1",
        [until],
    ).fetchall()
    return {day: Day(int(count), float(value)) for day, count, value in rows if day is not None}


Groups = Mapping[str, Mapping[str, Mapping[date, int]]]
"""Kind of group (rep, team, region) to its members to rows by month."""


def groups_of(
    connection: DuckDBPyConnection, measure: Measure, *, first: date, until: date
) -> Groups:
    """Rows by rep, team and region of each month from `first` on; of each month as many days as the last one has."""
    rows = connection.execute(
        f"""
        select date_trunc('month', {measure.day})::date as month, facts.rep_key, reps.rep_name, reps.team, reps.region,
            count(*)
        from marts.{measure.mart} as facts left join marts.core.dim_reps as reps using (rep_version_key)
        where {measure.where} and facts.rep_key is not null
            and {measure.day} between ? and ? and day({measure.day}) <= ?
        group by all
        """,
        [first, until, until.day if not is_last_of_month(until) else 31],
    ).fetchall()
    groups: dict[str, dict[str, dict[date, int]]] = {
        kind: defaultdict(lambda: defaultdict(int)) for kind in ("rep", "team", "region")
    }
    for month, rep, name, team, region, count in rows:
        for kind, member in (
            ("rep", f"{name or 'rep'} ({rep})"),
            ("team", team),
            ("region", region),
        ):
            if member is not None:
                groups[kind][member][month] += count
    return groups


def is_last_of_month(day: date) -> bool:
    """Whether the day is the last of its month."""
    return date.fromordinal(day.toordinal() + 1).day == 1
