-- grain: one row per customer: the account of an order, or its contact where there is no account
-- figures leave cancelled orders out; who has no sale left, cancelled all or has returns alone, has no first order
-- orders are sales; amounts are net of returns
with orders as (
    select
        *,
        not is_cancelled and kind = 'sale' as is_counted_sale
    from {{ ref('int_orders__orders') }}
    where customer_key is not null
),

customers as (
    select
        customer_key,
        max(account_key) as account_key,
        max(case when account_key is null then contact_key end) as contact_key,
        min(case when is_counted_sale then ordered_on end) as first_order_on,
        max(case when is_counted_sale then ordered_on end) as last_order_on,
        sum(case when is_counted_sale then 1 else 0 end) as orders_count,
        sum(case when is_cancelled then 0 else net_amount end) as revenue_amount,
        sum(case when not is_cancelled then cost_amount end) as cost_amount
    from orders
    group by customer_key
),

first_orders as (
    select * from orders
    where is_first_order
),

final as (
    select
        -- keys
        customers.customer_key,
        customers.account_key,
        customers.contact_key,
        first_orders.rep_version_key,
        first_orders.campaign_key,

        -- attributes
        case when customers.account_key is null then 'contact' else 'account' end as customer_kind,
        first_orders.channel as first_order_channel,
        customers.orders_count > 0 as has_ordered,

        -- measures
        cast(customers.orders_count as bigint) as orders_count,
        cast(customers.revenue_amount as decimal(38, 8)) as revenue_amount,
        cast(customers.cost_amount as decimal(38, 8)) as cost_amount,
        cast(customers.revenue_amount - customers.cost_amount as decimal(38, 8)) as margin_amount,

        -- times
        customers.first_order_on,
        customers.last_order_on
    from customers
    left join first_orders on customers.customer_key = first_orders.customer_key
)

select * from final
