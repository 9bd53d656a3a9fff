-- grain: one row per order or return, with its place among the customer's sales that were not cancelled
with lines as (
    select * from {{ ref('int_orders__priced_lines') }}
),

orders as (
    select
        order_key,
        customer_key,
        account_key,
        contact_key,
        deal_key,
        owner_key,
        returns_order_key,
        campaign_key,
        channel,
        status,
        kind,
        is_cancelled,
        ordered_at,
        ordered_on,
        delivered_on,
        count(product_key) as lines_count,
        sum(quantity) as quantity,
        sum(net_amount) as net_amount,
        sum(cost_amount) as cost_amount
    from lines
    group by
        order_key, customer_key, account_key, contact_key, deal_key, owner_key, returns_order_key, campaign_key,
        channel, status, kind, is_cancelled, ordered_at, ordered_on, delivered_on
),

-- an order of nobody known stands alone
order_numbers as (
    select
        order_key,
        row_number() over (
            partition by coalesce(customer_key, order_key) order by ordered_at, order_key
        ) as order_number,
        lag(ordered_on) over (
            partition by coalesce(customer_key, order_key) order by ordered_at, order_key
        ) as previous_ordered_on,
        ordered_at > min(ordered_at) over (partition by coalesce(customer_key, order_key)) as is_returning
    from orders
    where not is_cancelled and kind = 'sale'
),

user_versions as (
    select * from {{ ref('int_users__versions') }}
),

final as (
    select
        orders.*,
        user_versions.rep_version_key,
        order_numbers.order_number,
        order_numbers.previous_ordered_on,
        order_numbers.is_returning,
        {{ dbt.datediff('order_numbers.previous_ordered_on', 'orders.ordered_on', 'day') }}
            as days_since_previous_order,
        coalesce(order_numbers.order_number = 1 and orders.customer_key is not null, false)
            as is_first_order
    from orders
    left join order_numbers on orders.order_key = order_numbers.order_key
    left join user_versions
        on {{ is_version_at('user_versions', 'user_key', 'orders.owner_key', 'orders.ordered_at') }}
)

select * from final
