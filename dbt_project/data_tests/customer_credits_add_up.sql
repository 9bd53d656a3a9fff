-- each rule of attribution credits exactly the revenue of the orders that have a touch
with credits as (
    select
        order_key,
        sum(first_touch_amount) as first_touch_amount,
        sum(last_touch_amount) as last_touch_amount,
        sum(linear_amount) as linear_amount
    from {{ ref('fct_touch_credits') }}
    group by order_key
)

select credits.order_key
from credits
inner join {{ ref('fct_orders') }} as orders on credits.order_key = orders.order_key
where credits.first_touch_amount <> orders.net_amount
    or credits.last_touch_amount <> orders.net_amount
    or credits.linear_amount <> orders.net_amount
