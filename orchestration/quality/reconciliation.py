"""Gate 3b: marts against landing, row by row: what a join dropped, doubled or changed is found.

The SQL is written straight over the landed rows and shares nothing with the models, so that a
mistake in a model is not made twice. Every expected row has a key; amounts are compared where the
row is in the reporting currency already. What must hold inside one mart belongs to
`expectations.yml`.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from orchestration.quality.checks import could_not_run, judged
from orchestration.quality.databases import Databases
from orchestration.quality.privacy import SAMPLES, shown
from orchestration.records import CheckResult

GATE = 3

_CENT = "0.005 + 1e-6 * abs(expected.amount)"
"""How far an amount may be off: rounding to cents, or a millionth of a big one."""


@dataclass(frozen=True)
class Reconciliation:
    """Two queries that must tell the same rows: `key`, and `amount` (null: not compared).

    `expected` reads `warehouse.landing`, or another mart; `found` reads the mart.
    """

    name: str
    mart: str
    what: str
    expected: str
    found: str


def reconciliations(*, revenue_from: str = "orders") -> tuple[Reconciliation, ...]:
    """All of them, for a company whose revenue comes from `orders` or from won `deals`."""
    sales = _SALES_FROM_DEALS if revenue_from == "deals" else _SALES_FROM_ORDERS
    return (*sales, *_ALWAYS)


def reconciliation_names(*, revenue_from: str = "orders") -> dict[str, str]:
    """Check name to the mart that it looks at."""
    return {r.name: _subject(r) for r in reconciliations(revenue_from=revenue_from)}


def check_reconciliation(
    *, databases: Databases, revenue_from: str = "orders"
) -> tuple[CheckResult, ...]:
    """One result a reconciliation, whatever happens."""
    wanted = reconciliations(revenue_from=revenue_from)
    try:
        with databases.open() as connection:
            return tuple(_reconciled(connection, r, databases.errors) for r in wanted)
    except databases.errors as error:
        return tuple(_broken(r, str(error)) for r in wanted)


def _reconciled(
    connection: Any, reconciliation: Reconciliation, errors: tuple[type[Exception], ...]
) -> CheckResult:
    began = time.monotonic()
    try:
        connection.execute(
            f"create or replace temp table compared as {_comparison(reconciliation)}"
        )
        row = connection.execute(_SUMMARY).fetchone()
        found = dict(zip(("rows", "missing", "unexpected", "doubled", "changed"), row, strict=True))
        failures = sum(found.values()) - found["rows"]
        keys: tuple[str, ...] = ()
        if failures:
            sample = (
                f"select key from compared where fault is not null order by key limit {SAMPLES}"
            )
            keys = shown(key for (key,) in connection.execute(sample).fetchall())
    except errors as error:
        return _broken(reconciliation, str(error))
    return judged(
        gate=GATE,
        name=reconciliation.name,
        subject=_subject(reconciliation),
        good=failures == 0,
        observed=_observed(found),
        expected=f"the same {reconciliation.what}",
        failures=failures,
        sample_keys=keys,
        seconds=round(time.monotonic() - began, 4),
    )


def _comparison(reconciliation: Reconciliation) -> str:
    """Every key of either side with what is wrong with it, if anything."""
    return f"""
        with expected as (
            select key, sum(amount) as amount, bool_or(amount is null) as is_open
            from ({reconciliation.expected}) group by key
        ),
        found as (
            select key, count(*) as times, sum(amount) as amount
            from ({reconciliation.found}) group by key
        )
        select
            coalesce(expected.key, found.key) as key,
            case
                when found.key is null then 'missing'
                when expected.key is null then 'unexpected'
                when found.times > 1 then 'doubled'
                when not expected.is_open
                    and not coalesce(abs(found.amount - expected.amount) <= {_CENT}, false)
                    then 'changed'
            end as fault
        from expected full join found on expected.key = found.key
    """


_SUMMARY = """
    select
        count(*),
        count(*) filter (fault = 'missing'),
        count(*) filter (fault = 'unexpected'),
        count(*) filter (fault = 'doubled'),
        count(*) filter (fault = 'changed')
    from compared
"""


def _observed(found: Mapping[str, int]) -> str:
    faults = [f"{count:,} {name}" for name, count in found.items() if count and name != "rows"]
    return f"{', '.join(faults) or 'none missing'} of {found['rows']:,}"


def _subject(reconciliation: Reconciliation) -> str:
    return reconciliation.mart.split(".")[1]


def _broken(reconciliation: Reconciliation, reason: str) -> CheckResult:
    return could_not_run(
        gate=GATE,
        name=reconciliation.name,
        subject=_subject(reconciliation),
        expected=f"the same {reconciliation.what}",
        reason=reason,
    )


def _newest(stream: str, keys: Sequence[str], newest_by: str = "") -> str:
    """The newest version of each row of a stream, unless the source has deleted it."""
    order = [f"{newest_by} desc nulls last"] if newest_by else []
    order += ["_file desc", "_load_seq desc", "_line desc"]
    return (
        f"(select * from (select * from warehouse.landing.{stream} qualify row_number() over ("
        f"partition by _source, {', '.join(keys)} order by {', '.join(order)}) = 1) "
        "where not _is_deleted)"
    )


_ORDERS = _newest("orders", ["order_id"], "updated_at")
_LINES = _newest("order_lines", ["order_id", "line_no"])
_DEALS = _newest("deals", ["deal_id"], "updated_at")
_LEADS = _newest("leads", ["lead_id"], "updated_at")
_CALLS = _newest("calls", ["call_id"])
_ACTIVITIES = _newest("activities", ["activity_id"])
_EVENTS = _newest("email_events", ["event_id"])

_IS_REPORTING = "upper({0}.currency) = (select upper(currency) from warehouse.landing.settings)"

_ORDERS_AND_LINES = f"""
    from {_ORDERS} as orders
    left join {_LINES} as lines
        on orders._source = lines._source and orders.order_id = lines.order_id
"""

_LINE_AMOUNT = (
    f"case when {_IS_REPORTING.format('orders')} then coalesce("
    "cast(lines.quantity as decimal(18, 4)) * lines.unit_price - coalesce(lines.discount, 0), 0) "
    "end"
)

_SALES_FROM_ORDERS = (
    Reconciliation(
        name="reconcile.orders",
        mart="customer.fct_orders",
        what="orders and amounts as landed",
        expected=f"""
            select orders._source || ':' || orders.order_id as key, sum({_LINE_AMOUNT}) as amount
            {_ORDERS_AND_LINES} group by 1
        """,
        found="select order_key as key, net_amount as amount from marts.customer.fct_orders",
    ),
    Reconciliation(
        name="reconcile.order_lines",
        mart="customer.fct_order_lines",
        what="order lines and net amounts as landed",
        expected=f"""
            select
                orders._source || ':' || orders.order_id || '|'
                    || coalesce(cast(lines.line_no as varchar), '') as key,
                {_LINE_AMOUNT} as amount
            {_ORDERS_AND_LINES}
        """,
        found="""
            select order_line_key as key, net_amount as amount from marts.customer.fct_order_lines
        """,
    ),
)

_WON_DEALS = f"""
    from {_DEALS} as deals where status = 'won'
"""

_SALES_FROM_DEALS = tuple(
    Reconciliation(
        name=name,
        mart=mart,
        what="won deals and amounts as landed",
        expected=f"""
            select
                'deal:' || _source || ':' || deal_id || '{suffix}' as key,
                case when {_IS_REPORTING.format("deals")} then coalesce(amount, 0) end as amount
            {_WON_DEALS}
        """,
        found=f"select {key} as key, net_amount as amount from marts.{mart}",
    )
    for name, mart, key, suffix in (
        ("reconcile.orders", "customer.fct_orders", "order_key", ""),
        ("reconcile.order_lines", "customer.fct_order_lines", "order_line_key", "|1"),
    )
)

_ALWAYS = (
    Reconciliation(
        name="reconcile.deals",
        mart="funnel.fct_deals",
        what="deals and amounts as landed",
        expected=f"""
            select
                _source || ':' || deal_id as key,
                case when {_IS_REPORTING.format("deals")} then amount end as amount
            from {_DEALS} as deals
        """,
        found="select deal_key as key, amount from marts.funnel.fct_deals",
    ),
    Reconciliation(
        name="reconcile.leads",
        mart="funnel.fct_leads",
        what="leads as landed",
        expected=f"select _source || ':' || lead_id as key, null as amount from {_LEADS}",
        found="select lead_key as key, null as amount from marts.funnel.fct_leads",
    ),
    Reconciliation(
        name="reconcile.calls",
        mart="activity.fct_calls",
        what="calls and seconds of talk as landed",
        expected=f"""
            select _source || ':' || call_id as key, cast(talk_seconds as double) as amount
            from {_CALLS}
        """,
        found="select call_key as key, talk_seconds as amount from marts.activity.fct_calls",
    ),
    Reconciliation(
        name="reconcile.activities",
        mart="activity.fct_activities",
        what="number of activities of each source, kind and day as landed, calls apart",
        expected=f"""
            select kind || ' on ' || cast(started_at as date) as key, count(*) as amount
            from {_ACTIVITIES} where kind <> 'call' group by 1
        """,
        found="""
            select kind || ' on ' || cast(started_at as date) as key, count(*) as amount
            from marts.activity.fct_activities where kind <> 'call' group by 1
        """,
    ),
    Reconciliation(
        name="reconcile.campaign_emails",
        mart="activity.fct_campaign_emails",
        what="number of messages sent in each campaign as landed",
        expected=f"""
            select
                _source || ':' || campaign_id as key,
                count(distinct coalesce(
                    message_id, lower(trim(recipient_email)), _key_source || ':' || contact_id,
                    event_id
                )) as amount
            from {_EVENTS} where kind = 'sent' group by 1
        """,
        found="""
            select campaign_key as key, count(*) as amount
            from marts.activity.fct_campaign_emails group by 1
        """,
    ),
    Reconciliation(
        name="reconcile.marketing_spend",
        mart="performance.fct_marketing_spend",
        what="spend of each day and channel as landed",
        expected=f"""
            select
                cast(spend_on as varchar) || ' ' || channel as key,
                case when bool_and({_IS_REPORTING.format("spend")}) then sum(amount) end as amount
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
        name="parts.order_lines_of_orders",
        mart="customer.fct_orders",
        what="amount as its lines",
        expected="""
            select order_key as key, sum(net_amount) as amount
            from marts.customer.fct_order_lines group by 1
        """,
        found="select order_key as key, net_amount as amount from marts.customer.fct_orders",
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
)
