"""A tiny company in two DuckDB files, made by hand: landed rows and the marts they must become."""

from __future__ import annotations

from pathlib import Path

import duckdb

from orchestration.quality.databases import Databases

_STANDARD = (
    "'crm' as _source, 'crm' as _key_source, 'l1' as _load_id, 1 as _load_seq, "
    "timestamp '2026-07-01 04:00:00' as _loaded_at, 'f.csv' as _file, 1 as _line, false as "
    "_is_deleted"
)

_LANDING = f"""
create schema landing;
create table landing.settings as select 'EUR' as currency, 'UTC' as time_zone,
    timestamp '2026-06-30 21:59:59' as as_of, date '2026-06-30' as as_of_on;
create table landing.orders as
    select i::varchar as order_id, 'a' || (i % 7) as account_id, null::varchar as contact_id,
        timestamp '2026-01-01' + interval (i) day as ordered_at, 'completed' as status,
        null::varchar as kind, 'EUR' as currency, null::timestamp as updated_at, {_STANDARD}
    from range(1, 101) t(i);
create table landing.order_lines as
    select o::varchar as order_id, l as line_no, 'p1' as product_id, 2 as quantity,
        10.5::decimal(18,4) as unit_price, 1::decimal(18,4) as discount, {_STANDARD}
    from range(1, 101) t(o), range(1, 3) s(l);
create table landing.deals as
    select i::varchar as deal_id, 'won' as status, 100::decimal(18,4) as amount, 'EUR' as currency,
        'Won' as stage, timestamp '2026-01-01' as created_at, timestamp '2026-02-01' as closed_at,
        null::timestamp as updated_at, {_STANDARD}
    from range(1, 51) t(i);
create table landing.leads as
    select i::varchar as lead_id, timestamp '2026-03-01 09:00:00' as created_at,
        null::timestamp as updated_at, {_STANDARD} from range(1, 31) t(i);
create table landing.calls as
    select i::varchar as call_id, 60 as talk_seconds, 'inbound' as direction,
        'answered' as disposition, timestamp '2026-03-02 10:00:00' as started_at, {_STANDARD}
    from range(1, 41) t(i);
create table landing.activities as
    select i::varchar as activity_id, 'meeting' as kind, 'held' as outcome,
        timestamp '2026-03-02 10:00:00' as started_at, {_STANDARD}
    from range(1, 21) t(i);
create table landing.email_events as
    select i::varchar as event_id, 'c1' as campaign_id, 'm' || i as message_id,
        'p' || i || '@example.com' as recipient_email, null::varchar as contact_id,
        case when i <= 60 then 'sent' else 'open' end as kind, false as is_machine,
        timestamp '2026-03-02 10:00:00' as occurred_at, null::varchar as bounce_type, {_STANDARD}
    from range(1, 81) t(i);
create table landing.marketing_spend as
    select date '2026-03-01' + i::int as spend_on, 'search' as channel, null::varchar as
    campaign_id,
        12.5::decimal(18,4) as amount, 'EUR' as currency, {_STANDARD}
    from range(0, 10) t(i);
"""

_MARTS = """
create schema customer; create schema funnel; create schema activity; create schema performance;
create table customer.fct_order_lines as
    select 'crm:' || o || '|' || l as order_line_key, 'crm:' || o as order_key,
        'account:crm:a' || (o % 7) as customer_key, 'crm:p1' as product_key, 2::decimal(18,4) as quantity,
        20.0::decimal(20,8) as net_amount, null::decimal(20,8) as cost_amount,
        'completed' as status, 'sale' as kind, false as is_stated_return, false as is_cancelled,
        timestamp '2026-01-01' + interval (o) day as ordered_at, date '2026-01-01' + o::int as
        ordered_on
    from range(1, 101) t(o), range(1, 3) s(l);
create table customer.fct_orders as
    select order_key, customer_key, sum(net_amount) as net_amount, sum(cost_amount) as cost_amount,
        any_value(status) as status, any_value(kind) as kind,
        false as is_cancelled, any_value(ordered_at) as ordered_at, any_value(ordered_on) as
        ordered_on
    from customer.fct_order_lines group by all;
create table customer.dim_customers as
    select customer_key, min(ordered_on) as first_order_on, max(ordered_on) as last_order_on,
        sum(net_amount) as revenue_amount, count(*) as orders_count
    from customer.fct_orders group by all;
create table funnel.fct_deals as
    select 'crm:' || i as deal_key, 100::decimal(20,8) as amount, 'Won' as stage, 'won' as status,
        true as is_won, false as is_lost, true as is_closed,
        date '2026-01-01' as created_on, date '2026-02-01' as closed_on
    from range(1, 51) t(i);
create table funnel.fct_leads as
    select 'crm:' || i as lead_key, timestamp '2026-03-01 09:00:00' as created_at,
        date '2026-03-01' as created_on
    from range(1, 31) t(i);
create table activity.fct_calls as
    select 'crm:' || i as call_key, 60 as talk_seconds, 'inbound' as direction,
        'answered' as disposition, timestamp '2026-03-02 10:00:00' as started_at,
        date '2026-03-02' as started_on
    from range(1, 41) t(i);
create table activity.fct_activities as
    select 'activity:' || i as activity_key, 'meeting' as kind, 'held' as outcome,
        date '2026-03-02' as started_on
    from range(1, 21) t(i)
    union all select 'call:' || i, 'call', null, date '2026-03-02' from range(1, 41) t(i);
create table activity.fct_campaign_emails as
    select 'crm:' || md5(i::varchar) as email_key, 'crm:c1' as campaign_key, false as is_opened,
        false as is_clicked, false as is_replied, false as is_bounced, true as is_delivered
    from range(1, 61) t(i);
create table performance.fct_marketing_spend as
    select date '2026-03-01' + i::int as spend_on, 'search' as channel, 12.5 as spend_amount
    from range(0, 10) t(i);
"""


def make_company(directory: Path, *, changed: str = "", landing: str = "") -> Databases:
    """Both files in a folder; `changed` is SQL run on the marts afterwards, `landing` on the
    landed rows.
    """
    directory.mkdir(parents=True, exist_ok=True)
    databases = Databases.of(directory)
    for path, statements in (
        (databases.warehouse, _LANDING + landing),
        (databases.marts, _MARTS + changed),
    ):
        with duckdb.connect() as connection:
            connection.execute(f"attach '{path}' as made (storage_version 'v1.4.0')")
            connection.execute("use made")
            connection.execute(statements)
    return databases
