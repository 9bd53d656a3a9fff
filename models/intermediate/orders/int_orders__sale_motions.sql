-- grain: one row per line of a sale that was not cancelled, with what kind of sale it is to its customer
with lines as (
    select * from {{ ref('int_orders__priced_lines') }}
    where not is_cancelled and kind = 'sale'
),

orders as (
    select * from {{ ref('int_orders__orders') }}
),

lines_with_order_number as (
    select
        lines.order_line_key,
        lines.price_amount,
        coalesce(lines.customer_key, lines.order_key) as buyer_key,
        lines.product_category,
        orders.order_number
    from lines
    inner join orders on lines.order_key = orders.order_key
),

-- lines of the same order are no history to one another
lines_with_history as (
    select
        *,
        count(*) over earlier as earlier_lines_count,
        max(price_amount) over earlier as dearest_amount
    from lines_with_order_number
    window earlier as (
        partition by buyer_key, product_category
        order by order_number
        range between unbounded preceding and 1 preceding
    )
),

final as (
    select
        order_line_key,
        case
            when order_number = 1 then 'new'
            when earlier_lines_count = 0 then 'cross_sell'
            when price_amount > dearest_amount then 'up_sell'
            else 'repeat'
        end as sale_motion
    from lines_with_history
)

select * from final
