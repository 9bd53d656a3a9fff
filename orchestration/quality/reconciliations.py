"""What is reconciled: pairs of queries that must tell the same rows, streams against marts, parts against
wholes, metrics against marts.

The SQL over landed rows shares nothing with the models, so that a mistake in a model is not made twice.
Every row has a `key`; `amount` is compared where the expected one is known (money: where the row is in
the reporting currency already); `facts` are texts that must be equal. Comparing belongs to
`reconciliation`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Reconciliation:
    """Two queries of `key`, `amount` and, where `facts` says so, `facts`.

    `expected` reads `warehouse.landing`, or another mart; `found` reads the mart.
    """

    name: str
    mart: str
    what: str
    expected: str
    found: str
    facts: bool = False


def reconciliations(*, revenue_from: str = "orders") -> tuple[Reconciliation, ...]:
    """All of them, for a company whose revenue comes from `orders` or from won `deals`."""
    sales = _SALES_FROM_DEALS if revenue_from == "deals" else _SALES_FROM_ORDERS
    return (*sales, *_STREAMS, *_PARTS, *_METRICS)


def _newest(stream: str, keys: Sequence[str], newest_by: str = "") -> str:
    """The newest version of each row of a stream, unless the source has deleted it."""
    order = [f"{newest_by} desc nulls last"] if newest_by else []
    order += ["_file desc", "_load_seq desc", "_line desc"]
    return (
        f"(select * from (select * from warehouse.landing.{stream} qualify row_number() over ("
        f"partition by _source, {', '.join(keys)} order by {', '.join(order)}) = 1) "
        "where not _is_deleted)"
    )


def _facts(*parts: str) -> str:
    """Columns as one text, in which nothing is something of its own."""
    return " || '|' || ".join(f"coalesce(cast({part} as varchar), '')" for part in parts)


def _local(column: str) -> str:
    """The day of a UTC timestamp in the reporting zone."""
    zone = "(select time_zone from warehouse.landing.settings)"
    return f"cast(timezone({zone}, timezone('UTC', {column})) as date)"


def _if_reporting(amount: str, rows: str) -> str:
    return (
        f"case when upper({rows}.currency) = (select upper(currency) from warehouse.landing.settings) "
        f"then {amount} end"
    )


_ORDERS = _newest("orders", ["order_id"], "updated_at")
_LINES = _newest("order_lines", ["order_id", "line_no"])
_DEALS = _newest("deals", ["deal_id"], "updated_at")
_EVENTS = _newest("email_events", ["event_id"])

_ORDERS_AND_LINES = f"""
    from {_ORDERS} as orders
    left join {_LINES} as lines
        on orders._source = lines._source and orders.order_id = lines.order_id
"""

_LINE_AMOUNT = _if_reporting(
    "coalesce(cast(lines.quantity as decimal(18, 4)) * lines.unit_price - coalesce(lines.discount, 0), 0)",
    "orders",
)

_SALES_FROM_ORDERS = (
    Reconciliation(
        name="reconcile.orders",
        mart="customer.fct_orders",
        what="orders, amounts, states and days as landed",
        facts=True,
        expected=f"""
            select
                orders._source || ':' || orders.order_id as key,
                sum({_LINE_AMOUNT}) as amount,
                {
            _facts(
                "any_value(orders.status)",
                "any_value(orders.ordered_at)",
                f"any_value({_local('orders.ordered_at')})",
            )
        } as facts
            {_ORDERS_AND_LINES} group by 1
        """,
        found=f"""
            select order_key as key, net_amount as amount,
                {_facts("status", "ordered_at", "ordered_on")} as facts
            from marts.customer.fct_orders
        """,
    ),
    Reconciliation(
        name="reconcile.order_lines",
        mart="customer.fct_order_lines",
        what="order lines, products, quantities and net amounts as landed",
        facts=True,
        expected=f"""
            select
                orders._source || ':' || orders.order_id || '|'
                    || coalesce(cast(lines.line_no as varchar), '') as key,
                {_LINE_AMOUNT} as amount,
                {
            _facts(
                "orders.status",
                "lines._key_source || ':' || lines.product_id",
                "cast(coalesce(lines.quantity, 0) as double)",
            )
        } as facts
            {_ORDERS_AND_LINES}
        """,
        found=f"""
            select order_line_key as key, net_amount as amount,
                {_facts("status", "product_key", "cast(coalesce(quantity, 0) as double)")} as facts
            from marts.customer.fct_order_lines
        """,
    ),
)

_SALES_FROM_DEALS = tuple(
    Reconciliation(
        name=name,
        mart=mart,
        what="won deals and amounts as landed",
        expected=f"""
            select
                'deal:' || _source || ':' || deal_id || '{suffix}' as key,
                {_if_reporting("coalesce(amount, 0)", "deals")} as amount
            from {_DEALS} as deals where status = 'won'
        """,
        found=f"select {key} as key, net_amount as amount from marts.{mart}",
    )
    for name, mart, key, suffix in (
        ("reconcile.orders", "customer.fct_orders", "order_key", ""),
        ("reconcile.order_lines", "customer.fct_order_lines", "order_line_key", "|1"),
    )
)


def _by_key(
    stream: str,
    mart: str,
    key: str,
    *,
    keys: Sequence[str],
    newest_by: str = "",
    amount: tuple[str, str] = ("null", "null"),
    facts: Sequence[tuple[str, str]] = (),
    what: str,
) -> Reconciliation:
    """A mart with one row a key of its stream; pairs are the landed expression and the mart's."""
    landed_key = " || '|' || ".join(f"cast(landed.{name} as varchar)" for name in keys)
    return Reconciliation(
        name=f"reconcile.{stream}",
        mart=mart,
        what=f"{what} as landed",
        facts=bool(facts),
        expected=f"""
            select landed._source || ':' || {landed_key} as key, {amount[0]} as amount
                {f", {_facts(*(landed for landed, _ in facts))} as facts" if facts else ""}
            from {_newest(stream, keys, newest_by)} as landed
        """,
        found=f"""
            select {key} as key, {amount[1]} as amount
                {f", {_facts(*(found for _, found in facts))} as facts" if facts else ""}
            from marts.{mart}
        """,
    )


_STREAMS = (
    Reconciliation(
        name="reconcile.users",
        mart="core.dim_reps",
        what="users, once in their latest version",
        facts=True,
        expected=f"""
            select _source || ':' || user_id as key, 1 as amount,
                {_facts("team", "region", "role")} as facts
            from {_newest("users", ["user_id"], "updated_at")} as users
        """,
        found=f"""
            select rep_key as key, 1 as amount, {_facts("team", "region", "role")} as facts
            from marts.core.dim_reps where is_latest
        """,
    ),
    _by_key(
        "accounts",
        "core.dim_accounts",
        "account_key",
        keys=["account_id"],
        newest_by="updated_at",
        amount=("landed.employees", "employees"),
        facts=[("landed.industry", "industry"), ("landed.country", "country")],
        what="accounts and what they are",
    ),
    _by_key(
        "contacts",
        "core.dim_contacts",
        "contact_key",
        keys=["contact_id"],
        newest_by="updated_at",
        facts=[("landed.country", "country"), (_local("landed.created_at"), "created_on")],
        what="contacts, countries and days",
    ),
    _by_key(
        "products",
        "core.dim_products",
        "product_key",
        keys=["product_id"],
        amount=(_if_reporting("landed.unit_price", "landed"), "unit_price_amount"),
        facts=[("landed.category", "category")],
        what="products, prices and categories",
    ),
    _by_key(
        "campaigns",
        "core.dim_campaigns",
        "campaign_key",
        keys=["campaign_id"],
        facts=[("landed.channel", "channel")],
        what="campaigns and channels",
    ),
    _by_key(
        "deals",
        "funnel.fct_deals",
        "deal_key",
        keys=["deal_id"],
        newest_by="updated_at",
        amount=(_if_reporting("landed.amount", "landed"), "amount"),
        facts=[
            ("landed.stage", "stage"),
            ("landed.status", "status"),
            (_local("landed.created_at"), "created_on"),
            (
                f"case when landed.status <> 'open' then {_local('landed.closed_at')} end",
                "closed_on",
            ),
        ],
        what="deals, amounts, stages, states and days",
    ),
    _by_key(
        "leads",
        "funnel.fct_leads",
        "lead_key",
        keys=["lead_id"],
        newest_by="updated_at",
        facts=[("landed.created_at", "created_at"), (_local("landed.created_at"), "created_on")],
        what="leads and their times",
    ),
    _by_key(
        "calls",
        "activity.fct_calls",
        "call_key",
        keys=["call_id"],
        amount=("cast(landed.talk_seconds as double)", "talk_seconds"),
        facts=[
            ("landed.direction", "direction"),
            ("landed.disposition", "disposition"),
            ("landed.started_at", "started_at"),
            (_local("landed.started_at"), "started_on"),
        ],
        what="calls, directions, outcomes, times and seconds of talk",
    ),
    Reconciliation(
        name="reconcile.activities",
        mart="activity.fct_activities",
        what="number of activities of each kind, outcome and day as landed, calls apart",
        expected=f"""
            select
                kind || ' ' || coalesce(outcome, '') || ' on ' || cast({_local("started_at")} as varchar)
                    as key,
                count(*) as amount
            from {_newest("activities", ["activity_id"])} as landed where kind <> 'call' group by 1
        """,
        found="""
            select
                kind || ' ' || coalesce(outcome, '') || ' on ' || cast(started_on as varchar) as key,
                count(*) as amount
            from marts.activity.fct_activities where kind <> 'call' group by 1
        """,
    ),
    _by_key(
        "tasks",
        "activity.fct_tasks",
        "task_key",
        keys=["task_id"],
        facts=[
            ("landed.due_at", "due_at"),
            ("landed.completed_at", "completed_at"),
            (_local("landed.due_at"), "due_on"),
        ],
        what="tasks and their times",
    ),
    _by_key(
        "agent_states",
        "activity.fct_agent_states",
        "agent_state_key",
        keys=["agent_id", "started_at"],
        amount=("date_diff('second', landed.started_at, landed.ended_at)", "state_seconds"),
        facts=[("landed.state", "state"), (_local("landed.started_at"), "started_on")],
        what="agents' states and their seconds",
    ),
    Reconciliation(
        name="reconcile.campaign_emails",
        mart="activity.fct_campaign_emails",
        what="messages of each campaign sent, opened by people, clicked, replied and bounced, as landed",
        facts=True,
        expected=f"""
            with events as (
                select *, coalesce(
                    message_id, lower(trim(recipient_email)), _key_source || ':' || contact_id, event_id
                ) as message
                from {_EVENTS} as landed
            ),
            messages as (
                select
                    _source || ':' || campaign_id as key,
                    message,
                    bool_or(kind = 'open' and not coalesce(is_machine, false)) as is_opened,
                    bool_or(kind = 'click') as is_clicked,
                    bool_or(kind = 'reply') as is_replied,
                    bool_or(kind = 'bounce') as is_bounced
                from events group by all having bool_or(kind = 'sent')
            )
            select key, count(*) as amount, {
            _facts(
                *(f"count_if(is_{what})" for what in ("opened", "clicked", "replied", "bounced"))
            )
        } as facts
            from messages group by 1
        """,
        found=f"""
            select campaign_key as key, count(*) as amount, {
            _facts(
                *(f"count_if(is_{what})" for what in ("opened", "clicked", "replied", "bounced"))
            )
        } as facts
            from marts.activity.fct_campaign_emails group by 1
        """,
    ),
    _by_key(
        "social_interactions",
        "activity.fct_social_interactions",
        "interaction_key",
        keys=["interaction_id"],
        facts=[
            ("landed.network", "network"),
            ("landed.kind", "kind"),
            ("landed.occurred_at", "occurred_at"),
        ],
        what="interactions, networks, kinds and times",
    ),
    _by_key(
        "survey_answers",
        "activity.fct_survey_answers",
        "answer_key",
        keys=["answer_id"],
        amount=("landed.score", "score"),
        facts=[("landed.survey", "survey"), ("landed.answered_at", "answered_at")],
        what="answers, scores and times",
    ),
    _by_key(
        "invoices",
        "customer.fct_invoices",
        "invoice_key",
        keys=["invoice_id"],
        amount=(_if_reporting("landed.amount", "landed"), "invoice_amount"),
        facts=[("landed.status", "status"), ("landed.invoiced_on", "invoiced_on")],
        what="invoices, amounts, states and days",
    ),
    Reconciliation(
        name="reconcile.deal_stage_changes",
        mart="funnel.fct_stage_visits",
        what="stages that deals entered, and when, as landed",
        expected=f"""
            select changes._source || ':' || changes.deal_id || '|' || changes.stage || '|'
                || cast(changes.entered_at as varchar) as key, null as amount
            from {_newest("deal_stage_changes", ["deal_id", "stage", "entered_at"])} as changes
            inner join {_DEALS} as deals
                on deals._source = changes._source and deals.deal_id = changes.deal_id
        """,
        found="""
            select deal_key || '|' || stage || '|' || cast(entered_at as varchar) as key, null as amount
            from marts.funnel.fct_stage_visits
        """,
    ),
    Reconciliation(
        name="reconcile.marketing_spend",
        mart="performance.fct_marketing_spend",
        what="spend of each day and channel as landed",
        expected=f"""
            select
                cast(spend_on as varchar) || ' ' || channel as key,
                case when bool_and({_if_reporting("true", "spend")}) then sum(amount) end as amount
            from (
                select * from (
                    select * from warehouse.landing.marketing_spend
                    qualify rank() over (
                        partition by _source, spend_on, channel, campaign_id
                        order by _file desc, _load_seq desc
                    ) = 1
                ) where not _is_deleted
            ) as spend
            group by spend_on, channel
        """,
        found="""
            select cast(spend_on as varchar) || ' ' || channel as key, sum(spend_amount) as amount
            from marts.performance.fct_marketing_spend group by spend_on, channel
        """,
    ),
    Reconciliation(
        name="reconcile.staff_costs",
        mart="performance.fct_staff_costs",
        what="salaries and commissions of each user and month as landed",
        expected=f"""
            select
                _key_source || ':' || user_id || '|' || cast(date_trunc('month', month) as date) as key,
                case when bool_and({_if_reporting("true", "costs")})
                    then sum(coalesce(salary, 0) + coalesce(commission, 0)) end as amount
            from {_newest("staff_costs", ["user_id", "month"])} as costs group by 1
        """,
        found="""
            select staff_cost_key as key, staff_cost_amount as amount
            from marts.performance.fct_staff_costs
        """,
    ),
    Reconciliation(
        name="reconcile.targets",
        mart="performance.fct_targets",
        what="metrics, scopes and periods that have targets, as landed or in seeds/targets.csv",
        expected=f"""
            select metric || '|' || scope || '|' || period_grain || '|' || period_start as key,
                null as amount
            from {
            _newest(
                "targets",
                ["metric", "scope", "scope_key", "period_grain", "period_start"],
                "set_on",
            )
        }
            union
            select metric || '|' || scope || '|' || period_grain || '|' || period_start, null
            from warehouse.seeds.targets
        """,
        found="""
            select distinct
                metric || '|' || scope || '|' || period_grain || '|' || period_start_on as key,
                null as amount
            from marts.performance.fct_targets
        """,
    ),
)

_PARTS = (
    Reconciliation(
        name="parts.order_lines_of_orders",
        mart="customer.fct_orders",
        what="amount and cost as its lines",
        facts=True,
        expected="""
            select order_key as key, sum(net_amount) as amount,
                cast(round(coalesce(sum(cost_amount), 0), 2) as varchar) as facts
            from marts.customer.fct_order_lines group by 1
        """,
        found="""
            select order_key as key, net_amount as amount,
                cast(round(coalesce(cost_amount, 0), 2) as varchar) as facts
            from marts.customer.fct_orders
        """,
    ),
    Reconciliation(
        name="parts.orders_of_customers",
        mart="customer.dim_customers",
        what="revenue as the customer's orders",
        expected="""
            select customer_key as key, sum(net_amount) as amount
            from marts.customer.fct_orders
            where not is_cancelled and customer_key is not null group by 1
        """,
        found="""
            select customer_key as key, revenue_amount as amount from marts.customer.dim_customers
            where first_order_on is not null
        """,
    ),
    Reconciliation(
        name="parts.orders_of_customer_months",
        mart="customer.fct_customer_months",
        what="customers of each month as its orders",
        expected="""
            select date_trunc('month', ordered_on)::date::varchar as key,
                count(distinct customer_key) as amount
            from marts.customer.fct_orders
            where not is_cancelled and customer_key is not null group by 1
        """,
        found="""
            select month_start_on::varchar as key, count(*) as amount
            from marts.customer.fct_customer_months where is_active group by 1
        """,
    ),
    Reconciliation(
        name="parts.deals_opened",
        mart="funnel.fct_deals_opened",
        what="deals and amounts as the deals whose day of creation is known",
        expected="""
            select deal_key as key, amount from marts.funnel.fct_deals where created_on is not null
        """,
        found="select deal_key as key, amount from marts.funnel.fct_deals_opened",
    ),
    Reconciliation(
        name="parts.open_deals",
        mart="funnel.fct_open_deals",
        what="open deals and amounts as the deals",
        expected="select deal_key as key, amount from marts.funnel.fct_deals where not is_closed",
        found="select deal_key as key, amount from marts.funnel.fct_open_deals",
    ),
    Reconciliation(
        name="parts.lead_steps",
        mart="funnel.fct_lead_steps",
        what="leads created each day as the leads",
        expected="""
            select created_on::varchar as key, count(*) as amount from marts.funnel.fct_leads group by 1
        """,
        found="""
            select happened_on::varchar as key, count(*) as amount from marts.funnel.fct_lead_steps
            where step = 'created' group by 1
        """,
    ),
    Reconciliation(
        name="parts.calls_of_activities",
        mart="activity.fct_activities",
        what="calls of each day as the calls",
        expected="""
            select started_on::varchar as key, count(*) as amount from marts.activity.fct_calls
            where direction <> 'internal' group by 1
        """,
        found="""
            select started_on::varchar as key, count(*) as amount from marts.activity.fct_activities
            where kind = 'call' group by 1
        """,
    ),
)


def _metric(name: str, amount: str, mart: str, day: str, where: str = "true") -> Reconciliation:
    """A metric's months as evaluated through the semantic layer, against plain SQL over its mart."""
    return Reconciliation(
        name=f"reconcile.metric.{name}",
        mart="performance.metric_values",
        what=f"months of {name} as plain SQL over {mart}",
        expected=f"""
            select * from (
                select strftime({day}, '%Y-%m') as key, cast({amount} as double) as amount
                from marts.{mart}
                where {day} <= (select as_of_on from warehouse.landing.settings) and {where} group by 1
            ) where amount <> 0
        """,
        found=f"""
            select strftime(period_start, '%Y-%m') as key, value as amount
            from marts.performance.metric_values
            where metric = '{name}' and grain = 'month' and value <> 0
        """,
    )


_METRICS = (
    _metric("revenue", "sum(net_amount)", "customer.fct_orders", "ordered_on", "not is_cancelled"),
    _metric("orders", "count(*)", "customer.fct_orders", "ordered_on", "not is_cancelled"),
    _metric("calls", "count_if(direction <> 'internal')", "activity.fct_calls", "started_on"),
    _metric(
        "outbound_calls", "count_if(direction = 'outbound')", "activity.fct_calls", "started_on"
    ),
    _metric("inbound_calls", "count_if(direction = 'inbound')", "activity.fct_calls", "started_on"),
    _metric(
        "answer_rate",
        "count_if(is_connected) / nullif(count(*), 0)",
        "activity.fct_calls",
        "started_on",
        "direction = 'inbound'",
    ),
    _metric("emails_sent", "count(*)", "activity.fct_campaign_emails", "sent_on"),
    _metric(
        "open_rate",
        "count_if(is_opened) / nullif(count_if(is_delivered), 0)",
        "activity.fct_campaign_emails",
        "sent_on",
    ),
    _metric("leads_created", "count(*)", "funnel.fct_leads", "created_on"),
    _metric("opportunities_created", "count(*)", "funnel.fct_deals_opened", "created_on"),
    _metric("opportunities_won", "count_if(is_won)", "funnel.fct_deals", "closed_on"),
    _metric("opportunities_lost", "count_if(is_lost)", "funnel.fct_deals", "closed_on"),
    _metric(
        "win_rate",
        "count_if(is_won) / nullif(count(*), 0)",
        "funnel.fct_deals",
        "closed_on",
        "is_closed",
    ),
    _metric("won_value", "sum(amount)", "funnel.fct_deals", "closed_on", "is_won"),
    _metric("marketing_spend", "sum(spend_amount)", "performance.fct_marketing_spend", "spend_on"),
)
