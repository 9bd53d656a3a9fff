"""Kinds of corruption, each as SQL that leaves the candidate's databases as a faulty model would have.

What a faulty model passes to the marts behind it is corrupt there too. `named` is a check that has to find the
corruption; `unseen` are checks that would only see that the tables are not rebuilt by dbt here.
"""

from __future__ import annotations

from dataclasses import dataclass

_METRICS = ("reconcile.metric.", "metric.")
"""Metric values are not evaluated again after a mart is corrupted, so these would differ for that alone."""

_ORDERS_FROM_LINES = """
    update marts.customer.fct_orders as orders set net_amount = sums.net_amount
    from (select order_key, sum(net_amount) as net_amount from marts.customer.fct_order_lines group by 1)
        as sums
    where sums.order_key = orders.order_key;
"""


@dataclass(frozen=True)
class Corruption:
    """One kind of corruption of marts or metric values."""

    what: str
    sql: str
    named: str
    unseen: tuple[str, ...] = _METRICS


def _in_every(n: int, key: str) -> str:
    return f"hash({key}) % {n} = 0"


def _shifted(mart: str, at: str, on: str, by: str) -> str:
    zone = "'Europe/Madrid'"
    return f"""
        update marts.{mart} set {at} = {at} + {by};
        update marts.{mart} set {on} = cast(timezone({zone}, timezone('UTC', {at})) as date);
    """


LINES, ORDERS = "marts.customer.fct_order_lines", "marts.customer.fct_orders"
CALLS, EMAILS = "marts.activity.fct_calls", "marts.activity.fct_campaign_emails"
DEALS, LEADS = "marts.funnel.fct_deals", "marts.funnel.fct_leads"

OF_MARTS = (
    Corruption(
        "an inner join drops orders",
        f"delete from {LINES} where {_in_every(50, 'order_key')};"
        f"delete from {ORDERS} where {_in_every(50, 'order_key')};",
        "reconcile.orders",
    ),
    Corruption(
        "a join doubles orders",
        f"insert into {ORDERS} select * from {ORDERS} where {_in_every(40, 'order_key')};",
        "reconcile.orders",
    ),
    Corruption(
        "a join fans out lines under keys of their own",
        f"insert into {LINES} by name select * replace (order_line_key || '|2' as order_line_key) "
        f"from {LINES} where {_in_every(20, 'order_line_key')};" + _ORDERS_FROM_LINES,
        "reconcile.order_lines",
    ),
    Corruption(
        "a sign is flipped",
        f"update {LINES} set net_amount = -net_amount where {_in_every(12, 'order_key')};"
        + _ORDERS_FROM_LINES,
        "reconcile.order_lines",
    ),
    Corruption(
        "amounts are cents",
        f"update {LINES} set net_amount = net_amount * 100;" + _ORDERS_FROM_LINES,
        "reconcile.orders",
    ),
    Corruption(
        "dollars are added to euros",
        f"update {LINES} set net_amount = net_amount * 1.09 where {_in_every(5, 'order_key')};"
        + _ORDERS_FROM_LINES,
        "reconcile.orders",
    ),
    Corruption(
        "amounts are rounded to whole units",
        f"update {LINES} set net_amount = round(net_amount);" + _ORDERS_FROM_LINES,
        "reconcile.order_lines",
    ),
    Corruption(
        "cancelled orders are taken for good ones",
        f"update {LINES} set is_cancelled = false; update {ORDERS} set is_cancelled = false;",
        "marts.customer.fct_order_lines.cancelled_flag_differs",
    ),
    Corruption(
        "a status is mapped wrongly",
        f"update {LINES} set status = 'open' where status = 'completed';"
        f"update {ORDERS} set status = 'open' where status = 'completed';",
        "reconcile.orders",
    ),
    Corruption(
        "orders are put on the day in UTC",
        f"update {ORDERS} set ordered_on = cast(ordered_at as date);"
        f"update {LINES} set ordered_on = cast(ordered_at as date);",
        "reconcile.orders",
    ),
    Corruption(
        "the time zone of orders is off",
        _shifted("customer.fct_orders", "ordered_at", "ordered_on", "interval 2 hour"),
        "reconcile.orders",
    ),
    Corruption(
        "a month of orders is missing",
        f"delete from {LINES} where date_trunc('month', ordered_on) = date '2026-02-01';"
        f"delete from {ORDERS} where date_trunc('month', ordered_on) = date '2026-02-01';",
        "reconcile.orders",
    ),
    Corruption(
        "customers of orders are not found",
        f"update {ORDERS} set customer_key = null where {_in_every(3, 'order_key')};"
        f"update {LINES} set customer_key = null where {_in_every(3, 'order_key')};",
        "profile.customer.fct_orders",
        unseen=(*_METRICS, "parts."),
    ),
    Corruption(
        "revenue of a customer counts cancelled orders",
        """update marts.customer.dim_customers as customers set revenue_amount = sums.net_amount
        from (select customer_key, sum(net_amount) as net_amount from marts.customer.fct_orders
            group by 1) as sums where sums.customer_key = customers.customer_key;""",
        "parts.orders_of_customers",
    ),
    Corruption(
        "lines belong to orders that are not there",
        f"update {LINES} set order_key = order_key || 'x' where {_in_every(30, 'order_line_key')};",
        "parts.order_lines_of_orders",
    ),
    Corruption(
        "quantities and prices are swapped",
        f"update {LINES} set quantity = round(net_amount / nullif(quantity, 0), 2);",
        "reconcile.order_lines",
    ),
    Corruption(
        "products are those of another line",
        f"update {LINES} set product_key = (select max(product_key) from {LINES}) "
        f"where {_in_every(10, 'order_line_key')};",
        "reconcile.order_lines",
    ),
    Corruption(
        "reps of calls are not mapped",
        f"update {CALLS} set rep_key = null, rep_version_key = null where {_in_every(3, 'call_key')};",
        "profile.activity.fct_calls",
    ),
    Corruption(
        "directions of calls are wrong",
        f"update {CALLS} set direction = case direction when 'inbound' then 'outbound' "
        "when 'outbound' then 'inbound' else direction end;",
        "reconcile.calls",
    ),
    Corruption(
        "seconds of talk are milliseconds",
        f"update {CALLS} set talk_seconds = talk_seconds * 1000;",
        "reconcile.calls",
    ),
    Corruption(
        "waiting and talking are swapped",
        f"update {CALLS} set wait_seconds = talk_seconds, talk_seconds = wait_seconds;",
        "reconcile.calls",
    ),
    Corruption(
        "a filter drops calls",
        f"delete from {CALLS} where {_in_every(50, 'call_key')};",
        "reconcile.calls",
    ),
    Corruption(
        "every call counts as connected",
        f"update {CALLS} set is_connected = true;",
        "marts.activity.fct_calls.connected_and_abandoned",
    ),
    Corruption(
        "calls are an hour late",
        _shifted("activity.fct_calls", "started_at", "started_on", "interval 1 hour"),
        "reconcile.calls",
    ),
    Corruption(
        "opens of machines count",
        f"update {EMAILS} set is_opened = true where {_in_every(6, 'email_key')};",
        "reconcile.campaign_emails",
    ),
    Corruption(
        "clicks are opens",
        f"update {EMAILS} set is_clicked = is_opened;",
        "reconcile.campaign_emails",
    ),
    Corruption(
        "messages are doubled under keys of their own",
        f"insert into {EMAILS} by name select * replace (email_key || 'x' as email_key) from {EMAILS} "
        f"where {_in_every(30, 'email_key')};",
        "reconcile.campaign_emails",
    ),
    Corruption(
        "bounced messages are delivered",
        f"update {EMAILS} set is_delivered = true;",
        "marts.activity.fct_campaign_emails.delivered_and_bounced",
    ),
    Corruption(
        "a stage is renamed",
        f"update {DEALS} set stage = stage || ' 2' where stage = (select mode(stage) from {DEALS});",
        "reconcile.deals",
    ),
    Corruption(
        "lost deals are won",
        f"update {DEALS} set status = 'won', is_won = true, is_lost = false where status = 'lost';",
        "reconcile.deals",
    ),
    Corruption(
        "amounts of deals are thousands",
        f"update {DEALS} set amount = amount / 1000;"
        "update marts.funnel.fct_deals_opened set amount = amount / 1000;",
        "reconcile.deals",
    ),
    Corruption(
        "deals close on the day they were created",
        f"update {DEALS} set closed_on = created_on where is_closed;",
        "reconcile.deals",
    ),
    Corruption(
        "open deals forget those of a pipeline",
        f"delete from marts.funnel.fct_open_deals where {_in_every(4, 'deal_key')};",
        "parts.open_deals",
    ),
    Corruption(
        "leads with the same contact are thrown away",
        f"delete from {LEADS} where lead_key not in "
        f"(select min(lead_key) from {LEADS} group by coalesce(contact_key, lead_key));",
        "reconcile.leads",
    ),
    Corruption(
        "leads come a day late",
        f"update {LEADS} set created_on = created_on + 1;",
        "reconcile.leads",
    ),
    Corruption(
        "keys of campaigns are cut short",
        f"update {LEADS} set campaign_key = left(campaign_key, 4);",
        "profile.funnel.fct_leads",
    ),
    Corruption(
        "the products of lines are not found",
        f"update {LINES} set product_key = product_key || 'x' where {_in_every(3, 'order_line_key')};",
        "dbt.relationships_fct_order_lines_product_key__product_key__ref_dim_products_",
    ),
    Corruption(
        "all reps are of one team",
        "update marts.core.dim_reps set team = 'Norte';",
        "reconcile.users",
    ),
    Corruption(
        "two columns of accounts are swapped",
        "update marts.core.dim_accounts set industry = country, country = industry;",
        "reconcile.accounts",
    ),
    Corruption(
        "contacts are doubled",
        "insert into marts.core.dim_contacts select * from marts.core.dim_contacts limit 20;",
        "reconcile.contacts",
    ),
    Corruption(
        "products lose their category",
        "update marts.core.dim_products set category = null;",
        "reconcile.products",
    ),
    Corruption(
        "spend is shared out twice",
        "insert into marts.performance.fct_marketing_spend by name select * replace "
        "(spend_key || 'x' as spend_key) from marts.performance.fct_marketing_spend "
        f"where {_in_every(10, 'spend_key')};",
        "reconcile.marketing_spend",
    ),
    Corruption(
        "salaries of a year stand in each month",
        "update marts.performance.fct_staff_costs set salary_amount = salary_amount * 12, "
        "staff_cost_amount = salary_amount * 12 + commission_amount;",
        "reconcile.staff_costs",
    ),
    Corruption(
        "targets of a year stand in each month",
        "update marts.performance.fct_targets set target = target * 12;",
        "profile.performance.fct_targets",
    ),
    Corruption(
        "tasks are due a day later",
        _shifted("activity.fct_tasks", "due_at", "due_on", "interval 24 hour"),
        "reconcile.tasks",
    ),
    Corruption(
        "agents' seconds are minutes",
        "update marts.activity.fct_agent_states set state_seconds = state_seconds // 60;",
        "reconcile.agent_states",
    ),
    Corruption(
        "scores are of a hundred",
        "update marts.activity.fct_survey_answers set score = score * 10;",
        "reconcile.survey_answers",
    ),
    Corruption(
        "a network is left out",
        "delete from marts.activity.fct_social_interactions where network = "
        "(select mode(network) from marts.activity.fct_social_interactions);",
        "reconcile.social_interactions",
    ),
    Corruption(
        "void invoices count",
        "update marts.customer.fct_invoices set is_void = false;",
        "marts.customer.fct_invoices.void_flag_differs",
    ),
    Corruption(
        "changes of stage are lost",
        f"delete from marts.funnel.fct_stage_visits where {_in_every(20, 'stage_visit_key')};",
        "reconcile.deal_stage_changes",
    ),
    Corruption(
        "customers are kept that were never active",
        "update marts.customer.fct_customer_months set is_retained = true;",
        "marts.customer.fct_customer_months.retained_but_not_active",
    ),
)


def _values(metric: str, key: str, amount: str, source: str) -> str:
    """The months of a metric as a damaged definition would have them."""
    return f"""
        update marts.performance.metric_values as held set value = damaged.value
        from (select date_trunc('month', {key})::date as month, {amount} as value from {source} group by 1)
            as damaged
        where held.metric = '{metric}' and held.grain = 'month' and held.period_start = damaged.month;
    """


OF_METRICS = tuple(
    Corruption(what, sql, named, unseen=())
    for what, sql, named in (
        (
            "a filter is dropped from revenue",
            _values("revenue", "ordered_on", "sum(net_amount)", ORDERS),
            "reconcile.metric.revenue",
        ),
        (
            "internal calls count",
            _values("calls", "started_on", "count(*)", CALLS),
            "reconcile.metric.calls",
        ),
        (
            "the win rate is of all deals",
            _values("win_rate", "created_on", "count_if(is_won) / count(*)", DEALS),
            "reconcile.metric.win_rate",
        ),
        (
            "won deals count when they were created",
            _values("opportunities_won", "created_on", "count_if(is_won)", DEALS),
            "reconcile.metric.opportunities_won",
        ),
        (
            "the open rate is of messages sent",
            _values("open_rate", "sent_on", "count_if(is_opened) / count(*)", EMAILS),
            "reconcile.metric.open_rate",
        ),
        (
            "a rate is 0 to 100",
            "update marts.performance.metric_values set value = value * 100 where metric = 'click_rate';",
            "metric.click_rate",
        ),
        (
            "a month of a metric is ten times the usual",
            "update marts.performance.metric_values set value = value * 10 "
            "where metric = 'talk_time' and period_start = date '2026-05-01';",
            "metric.talk_time",
        ),
    )
)
