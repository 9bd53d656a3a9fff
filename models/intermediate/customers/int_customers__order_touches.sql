-- grain: one row per sale that was not cancelled and touch of its contact, or of anybody at its account, in the 90 days before it
with orders as (
    select
        *,
        {{ dbt.dateadd('day', '-' ~ var('attribution_days'), 'ordered_at') }} as touched_from_at
    from {{ ref('int_orders__orders') }}
    where not is_cancelled and kind = 'sale'
),

touches as (
    select * from {{ ref('int_customers__touches') }}
),

order_touches as (
    select
        orders.order_key,
        touches.touch_key
    from orders
    inner join touches
        on orders.contact_key = touches.contact_key
        and touches.touched_at between orders.touched_from_at and orders.ordered_at
    union
    select
        orders.order_key,
        touches.touch_key
    from orders
    inner join touches
        on orders.account_key = touches.account_key
        and touches.touched_at between orders.touched_from_at and orders.ordered_at
),

final as (
    select
        order_touches.order_key,
        order_touches.touch_key,
        row_number() over (
            partition by order_touches.order_key order by touches.touched_at, order_touches.touch_key
        ) as touch_number,
        count(*) over (partition by order_touches.order_key) as touches_count
    from order_touches
    inner join touches on order_touches.touch_key = touches.touch_key
)

select * from final
