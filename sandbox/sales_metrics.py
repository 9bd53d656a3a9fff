"""True figures of revenue, customers, quotas, deals and leads, by the definitions of the metric catalogue."""

from __future__ import annotations

import numpy as np

from sandbox.activities import IN, NOTE
from sandbox.calls import OUTBOUND
from sandbox.clock import NONE, Ints, month_index
from sandbox.deals import LOST, OPEN, WON
from sandbox.figures import Dimension, Figure, combined, counted, distinct, growth, ratio, summed
from sandbox.frames import Frame, lookup
from sandbox.marketing import REP, last_statements
from sandbox.orders import COMPLETED, net_cents
from sandbox.snapshot import Snapshot, customer_of
from sandbox.words import CAMPAIGN_CHANNELS, CHANNELS, DEAL_STAGES

CENTS = 100.0
_LEAD_CHANNELS = ("web", "phone", "email", "social", "search", "event", "referral")
assert len(_LEAD_CHANNELS) == len(CHANNELS)
# As seeds/stages.csv has them, by the names that embudo.yml gives the stages.
_PROBABILITY = np.array([5, 25, 50, 75, 100, 0], dtype=np.int64)
assert len(_PROBABILITY) == len(DEAL_STAGES)


def revenue(snapshot: Snapshot) -> dict[str, Figure]:
    """Revenue, orders, margin, and their growth: orders that are not cancelled, by order date, net of returns."""
    orders = snapshot.orders
    position = np.full(int(orders["order"].max()) + 1, NONE, dtype=np.int64)
    position[orders["order"]] = np.arange(len(orders))
    lines = snapshot.rows("order_lines")
    lines = lines.take(lines["order"] < len(position))
    lines = lines.take(position[lines["order"]] != NONE)
    of = position[lines["order"]]
    month = snapshot.months(orders["ordered_at"])
    owner, at = orders["owner"], orders["ordered_at"]
    cuts = (
        snapshot.region(owner[of]),
        snapshot.team(owner[of], at[of]),
        snapshot.category(lines["product"]),
    )
    net = net_cents(lines)
    returned = orders["returns"] != NONE
    figures = {
        "revenue": summed(month[of], net, *cuts, unit=CENTS),
        "gross_revenue": summed(month[of], np.where(returned[of], 0, net), *cuts, unit=CENTS),
        "returned_revenue": summed(month[of], np.where(returned[of], -net, 0), *cuts, unit=CENTS),
        "orders": summed(
            month, (~returned).astype(np.int64), snapshot.region(owner), snapshot.team(owner, at)
        ),
        "units_sold": summed(month[of], lines["quantity"], *cuts),
        "cost_of_goods_sold": summed(
            month[of], lines["quantity"] * lines["cost"], *cuts, unit=CENTS
        ),
    }
    figures["return_rate"] = ratio(figures["returned_revenue"], figures["gross_revenue"])
    figures["average_order_value"] = ratio(figures["gross_revenue"], figures["orders"])
    figures["gross_margin"] = combined(
        lambda a, b: a - b, figures["revenue"], figures["cost_of_goods_sold"], leading=0
    )
    figures["gross_margin_rate"] = ratio(figures["gross_margin"], figures["revenue"])
    figures["revenue_mom_growth"] = growth(figures["revenue"], months_back=1)
    figures["revenue_yoy_growth"] = growth(figures["revenue"], months_back=12)
    done = orders["status"][of] == COMPLETED
    delivered = snapshot.months(orders["delivered_at"][of[done]])
    figures["delivered_revenue"] = summed(
        delivered, net[done], *(c.where(done) for c in cuts), unit=CENTS
    )
    invoices = snapshot.rows("invoices")
    invoices = invoices.take(invoices["status"] != 2)
    figures["invoiced_revenue"] = summed(
        month_index(invoices["invoiced_on"]), invoices["amount"], unit=CENTS
    )
    sales = orders.take(~returned)
    figures |= _customers(snapshot, sales, customer_of(sales), month[~returned], figures)
    return figures


def _customers(
    snapshot: Snapshot, orders: Frame, customer: Ints, month: Ints, figures: dict[str, Figure]
) -> dict[str, Figure]:
    industry = snapshot.industry(customer)
    active = distinct(month, customer, industry)
    by_industry = counted(month, industry)
    first = np.unique(customer[np.argsort(orders["ordered_at"], kind="stable")], return_index=True)
    in_time = np.argsort(orders["ordered_at"], kind="stable")
    newcomers, their_month = first[0], month[in_time][first[1]]
    last = int(month_index(np.array([snapshot.as_of_day]))[0])
    span = 1 << 20
    keys = np.unique(customer * span + month)
    before = keys[keys % span + 1 <= last] + 1
    retained = np.isin(before, keys)
    cut = snapshot.industry(before // span)
    staying = summed(before % span, retained.astype(np.int64), cut)
    base = counted(before % span, cut)
    first_month = their_month[np.searchsorted(newcomers, customer)]
    returning = (month > first_month) | _is_later(customer, orders["ordered_at"])
    return {
        "active_customers": active,
        "new_customers": counted(their_month, snapshot.industry(newcomers)),
        "returning_customers": distinct(
            month[returning], customer[returning], industry.where(returning)
        ),
        "customer_retention_rate": ratio(staying, base),
        "customer_churn_rate": combined(lambda a, b: 1 - a / b, staying, base),
        "orders_per_customer": ratio(by_industry, active),
        "revenue_per_customer": ratio(figures["revenue"], active),
    }


def _is_later(customer: Ints, at: Ints) -> np.ndarray:
    """Whether each order is not its customer's first."""
    order = np.lexsort((at, customer))
    later = np.zeros(len(customer), dtype=np.bool_)
    later[order[1:]] = customer[order[1:]] == customer[order[:-1]]
    return later


def costs(snapshot: Snapshot, sold: dict[str, Figure]) -> dict[str, Figure]:
    """Spend, staff, acquisition cost, quotas."""
    spend = last_statements(snapshot.rows("marketing_spend"))
    channel = Dimension("campaign__channel", spend["channel"], CAMPAIGN_CHANNELS)
    spent = summed(month_index(spend["day"]), spend["amount"], channel, unit=CENTS)
    staff = snapshot.rows("staff_costs")
    cost, month = staff["salary"] + staff["commission"], month_index(staff["month"])
    wins = snapshot.company.staff.acquires[staff["user"]]
    acquiring = summed(month[wins], cost[wins], unit=CENTS)
    targets = snapshot.rows("targets").newest("identity", "set_on")
    targets = targets.take(targets["scope"] == REP)
    quota = summed(
        month_index(targets["month"]),
        targets["target"],
        snapshot.region(targets["key"]),
        unit=CENTS,
    )
    return {
        "marketing_spend": spent,
        "sales_staff_cost": summed(month, cost, snapshot.region(staff["user"]), unit=CENTS),
        "customer_acquisition_cost": combined(
            lambda a, b, c: (a + b) / c, spent, acquiring, sold["new_customers"]
        ),
        "quota": quota,
        "quota_attainment": ratio(sold["revenue"], quota),
    }


def deals(snapshot: Snapshot) -> dict[str, Figure]:
    """Opportunities: created by creation date, closed by close date, open at the end of a day."""
    rows = snapshot.deals
    region = snapshot.region(rows["owner"])
    created, closed = snapshot.days(rows["created_at"]), snapshot.days(rows["closed_at"])
    won, lost = rows["status"] == WON, rows["status"] == LOST
    made = counted(month_index(created), region)
    wins = counted(month_index(closed[won]), region.where(won))
    losses = counted(month_index(closed[lost]), region.where(lost))
    ends = won | lost
    ended = counted(month_index(closed[ends]), region.where(ends))
    value = summed(month_index(closed[won]), rows["amount"][won], region.where(won), unit=CENTS)
    missed = summed(month_index(closed[lost]), rows["amount"][lost], region.where(lost), unit=CENTS)
    days = summed(month_index(closed[won]), (closed - created)[won], region.where(won))
    quick = won & (closed - created < 180)
    return {
        "opportunities_created": made,
        "opportunities_closed": ended,
        "opportunities_won": wins,
        "opportunities_lost": losses,
        "won_value": value,
        "lost_value": missed,
        "win_rate": ratio(wins, ended),
        "win_rate_by_value": combined(lambda a, b, _: a / (a + b), value, missed, ended),
        "average_deal_size": ratio(value, wins),
        "sales_cycle_days": ratio(days, wins),
        "opportunity_conversion_rate": ratio(
            counted(month_index(created[quick]), region.where(quick)), made
        ),
        **_open(snapshot, rows, created, closed, region),
    }


def _open(
    snapshot: Snapshot, rows: Frame, created: Ints, closed: Ints, region: Dimension
) -> dict[str, Figure]:
    """Deals open at the end of each month, and of the data-as-of day, in their newest amount."""
    first = int(month_index(np.array([snapshot.company.clock.first_day]))[0])
    last = int(month_index(np.array([snapshot.as_of_day]))[0])
    value, count, ended = {}, {}, snapshot.reopenings
    for month in range(first, last + 1):
        end = (
            int(
                np.array([month + 1])
                .astype("datetime64[M]")
                .astype("datetime64[D]")
                .astype(np.int64)[0]
            )
            - 1
        )
        day = min(end, snapshot.as_of_day)
        is_open = (created <= day) & ((closed == NONE) | (closed > day))
        is_open &= ~np.isin(
            rows["deal"], ended["deal"][(ended["closed_on"] <= day) & (ended["opened_on"] > day)]
        )
        name = str(np.datetime64(month, "M"))
        value[name] = float(rows["amount"][is_open].sum()) / CENTS
        count[name] = float(is_open.sum())
    now = rows["status"] == OPEN
    months = np.full(int(now.sum()), last, dtype=np.int64)
    at_end = summed(months, rows["amount"][now], region.where(now), unit=CENTS)
    weighted = rows["amount"][now] * _PROBABILITY[rows["stage"][now]]
    counts = counted(months, region.where(now))
    return {
        "pipeline_value": Figure(at_end.total, value, at_end.by_dimension),
        "opportunities_open": Figure(counts.total, count, counts.by_dimension),
        "weighted_pipeline_value": Figure(
            summed(months, weighted, unit=CENTS * 100).total,
            {},
            summed(months, weighted, region.where(now), unit=CENTS * 100).by_dimension,
        ),
    }


def leads(snapshot: Snapshot) -> dict[str, Figure]:
    """Leads by creation date: qualified, answered, won."""
    rows = snapshot.leads
    created = snapshot.days(rows["created_at"])
    month = month_index(created)
    cuts = (
        Dimension("lead__channel", rows["channel"], _LEAD_CHANNELS),
        snapshot.region(rows["owner"]),
    )
    made = counted(month, *cuts)
    touched_at = first_touches(snapshot, rows)
    touched = touched_at != NONE
    good = rows["qualified_at"] != NONE
    seconds = (touched_at - rows["created_at"])[touched]
    deal = snapshot.deals
    deal_of = np.full(int(rows["lead"].max()) + 1, NONE, dtype=np.int64)
    linked = np.flatnonzero(deal["lead"] != NONE)
    deal_of[deal["lead"][linked]] = linked
    its = deal_of[rows["lead"]]
    closed = snapshot.days(lookup(deal["closed_at"], its, NONE))
    won = (lookup(deal["status"], its, OPEN) == WON) & (closed - created < 180)
    soon = (its != NONE) & (snapshot.days(lookup(deal["created_at"], its, NONE)) - created < 90)
    old = snapshot.as_of - rows["created_at"] >= 3600
    fast = touched & (touched_at - rows["created_at"] <= 3600) & old

    def part(some: np.ndarray) -> Figure:
        return counted(month[some], *(cut.where(some) for cut in cuts))

    waited = summed(month[touched], seconds, *(cut.where(touched) for cut in cuts), unit=3600.0)
    return {
        "leads_created": made,
        "leads_contacted": part(touched),
        "qualified_leads": part(good),
        "qualified_lead_rate": ratio(part(good), made),
        "lead_response_hours": ratio(waited, part(touched)),
        "lead_response_within_1h_rate": ratio(part(fast), part(old)),
        "lead_to_opportunity_rate": ratio(part(soon), made),
        "lead_to_customer_rate": ratio(part(won), made),
    }


def first_touches(snapshot: Snapshot, leads: Frame) -> Ints:
    """The first outbound call or activity with each lead or its contact, from its creation on; `NONE` for none.

    Calls count however they end. What a rep did is outbound unless it came in; notes and content are no touches.
    """
    calls = snapshot.rows("calls")
    calls = calls.take((calls["direction"] == OUTBOUND) & (calls["caller"] != NONE))
    diary = snapshot.rows("activities")
    diary = diary.take((diary["kind"] < NOTE) & (diary["way"] != IN))
    of_contact = diary.take(diary["contact"] != NONE)
    who = np.concatenate([calls["caller"], of_contact["contact"]])
    when = np.concatenate([calls["started_at"], of_contact["started_at"]])
    of_lead = diary.take(diary["lead"] != NONE)
    by_contact = _next(who, when, leads["contact"], leads["created_at"])
    by_lead = _next(of_lead["lead"], of_lead["started_at"], leads["lead"], leads["created_at"])
    both = np.minimum(
        np.where(by_contact == NONE, 1 << 60, by_contact),
        np.where(by_lead == NONE, 1 << 60, by_lead),
    )
    return np.asarray(np.where(both == 1 << 60, NONE, both), dtype=np.int64)


def _next(who: Ints, when: Ints, whom: Ints, since: Ints) -> Ints:
    """The first of `when` at or after `since` where `who` is `whom`."""
    span = 1 << 34
    keys = np.sort(who * span + when)
    if not len(keys):
        return np.full(len(whom), NONE, dtype=np.int64)
    at = np.searchsorted(keys, np.where(whom == NONE, 0, whom) * span + since)
    nearest = keys[np.minimum(at, len(keys) - 1)]
    is_same = (at < len(keys)) & (nearest // span == whom) & (whom != NONE)
    return np.asarray(np.where(is_same, nearest % span, NONE), dtype=np.int64)
