"""Invoices beside orders, and orders beside the deals that they came of."""

from __future__ import annotations

from orchestration.quality.agreements.comparison import Comparison, new_keys, source_of

_EXACT = 0.02
"""How far the amount of an invoice may lie from what invoices usually are of their order: taxes are no error."""

_DAYS_TO_ORDER = 60
"""Within how many days before and after a deal is won its account orders."""

_ORDERS, _INVOICES, _DEALS = (
    "marts.customer.fct_orders",
    "marts.customer.fct_invoices",
    "marts.funnel.fct_deals",
)
_SALES = "not is_cancelled and coalesce(kind, 'sale') = 'sale'"


def _usual(rows: str, is_wrong: str) -> str:
    """New ones of `rows` (`source`, `key`, `is_new`, `ratio`) beside the `middle` of the earlier ones."""
    return f"""
        with rows as ({rows}),
        usual as (
            select source, coalesce(median(ratio) filter (not is_new), median(ratio)) as middle
            from rows group by source
        )
        select source, key, {is_wrong} as is_wrong from rows inner join usual using (source) where is_new
    """


def _amounts_of_invoices(since: int) -> str:
    return _usual(
        f"""
        select {source_of("invoice_key")} as source, invoice_key as key,
            invoice_key in ({new_keys("invoices", "invoice_id", since)}) as is_new,
            (invoice_amount / net_amount)::double as ratio
        from {_INVOICES} as invoices inner join {_ORDERS} as orders using (order_key)
        where not is_void and net_amount > 0 and not is_cancelled and invoice_amount is not null
        """,
        f"abs(ratio - middle) > {_EXACT} * abs(middle)",
    )


def _invoices_of_nothing(since: int) -> str:
    return f"""
        select {source_of("invoice_key")} as source, invoice_key as key, order_key is null as is_wrong
        from {_INVOICES} where invoice_key in ({new_keys("invoices", "invoice_id", since)})
    """


def _orders_not_invoiced(since: int) -> str:
    """Those ordered while the new invoices were written, as long before the last as invoices usually take."""
    return f"""
        with invoiced as (
            select order_key, min(invoiced_on) as invoiced_on from {_INVOICES} where order_key is not null group by all
        ),
        orders as (
            select order_key, ordered_on, invoiced_on
            from {_ORDERS} left join invoiced using (order_key) where {_SALES} and ordered_on is not null
        ),
        span as (
            select min(invoiced_on) as first_on,
                max(invoiced_on) - (select quantile_cont(invoiced_on - ordered_on, 0.95)::int from orders) as last_on
            from {_INVOICES} where invoice_key in ({new_keys("invoices", "invoice_id", since)})
        )
        select {source_of("order_key")} as source, order_key as key, invoiced_on is null as is_wrong
        from orders cross join span where ordered_on between first_on and last_on
    """


def _won_without_order(since: int) -> str:
    """Deals won on days of which orders came too."""
    return f"""
        with span as (
            select min(ordered_on) as first_on, max(ordered_on) as last_on
            from {_ORDERS} where order_key in ({new_keys("orders", "order_id", since)})
        ),
        won as (
            select deal_key, account_key, closed_on from {_DEALS} cross join span
            where is_won and closed_on between first_on and last_on
                and deal_key in ({new_keys("deals", "deal_id", since)})
        ),
        near as (
            select won.deal_key from won inner join {_ORDERS} as orders using (account_key)
            where abs(orders.ordered_on - won.closed_on) <= {_DAYS_TO_ORDER}
        )
        select {source_of("deal_key")} as source, deal_key as key,
            deal_key not in (select deal_key from near)
            and deal_key not in (select deal_key from {_ORDERS} where deal_key is not null) as is_wrong
        from won
    """


def _orders_of_deals_not_won(since: int) -> str:
    return f"""
        select {source_of("order_key")} as source, order_key as key, not deals.is_won as is_wrong
        from {_ORDERS} as orders inner join {_DEALS} as deals using (deal_key)
        where {_SALES} and order_key in ({new_keys("orders", "order_id", since)})
    """


def _amounts_of_deals(since: int) -> str:
    return _usual(
        f"""
        select {source_of("deal_key")} as source, deal_key as key,
            deal_key in ({new_keys("deals", "deal_id", since)}) as is_new,
            (sum(net_amount) / any_value(amount))::double as ratio
        from {_DEALS} as deals inner join {_ORDERS} as orders using (deal_key)
        where is_won and amount > 0 and {_SALES} group by deal_key having sum(net_amount) > 0
        """,
        "ratio not between middle / 2 and middle * 2",
    )


ORDERS = (
    Comparison("invoices", "orders", "have another amount than their order", _amounts_of_invoices),
    Comparison("invoices", "orders", "name no order", _invoices_of_nothing),
    Comparison(
        "invoices",
        "orders",
        "(orders of the days invoiced) have no invoice",
        _orders_not_invoiced,
        stops=False,
    ),
    Comparison(
        "deals", "orders", "are won without an order of their deal or account", _won_without_order
    ),
    Comparison(
        "deals",
        "orders",
        "(orders of deals) are of a deal that is not won",
        _orders_of_deals_not_won,
    ),
    Comparison(
        "deals",
        "orders",
        "have less than half or more than twice the usual amount of their orders",
        _amounts_of_deals,
    ),
)
