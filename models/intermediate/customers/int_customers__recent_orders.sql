-- grain: one row per customer and month end with a sale in the 365 days up to it
with orders as (
    select * from {{ ref('int_orders__orders') }}
    where customer_key is not null and not is_cancelled and kind = 'sale'
),

month_ends as (
    select distinct month_end_on
    from {{ ref('int_customers__month_ends') }}
),

final as (
    select
        orders.customer_key,
        month_ends.month_end_on,
        count(*) as recent_orders,
        sum(orders.net_amount) as recent_amount
    from orders
    inner join month_ends
        on orders.ordered_on <= month_ends.month_end_on
        and orders.ordered_on > {{ dbt.dateadd('day', '-' ~ var('recent_days'), 'month_ends.month_end_on') }}
    group by orders.customer_key, month_ends.month_end_on
)

select * from final
