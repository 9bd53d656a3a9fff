-- grain: one row per line of a landed order; an order without lines has one empty line, so that it counts
-- a return without a customer or an owner has those of the sale that it names
-- lines whose order has not landed are left out: orders_missing_of_lines counts them
with orders as (
    select * from {{ ref('stg_files__orders') }}
),

order_lines as (
    select * from {{ ref('stg_files__order_lines') }}
),

final as (
    select
        -- keys
        coalesce(order_lines.order_line_key, orders.order_key || '|') as order_line_key,
        orders.order_key,
        coalesce(orders.account_key, sales.account_key) as account_key,
        coalesce(orders.contact_key, sales.contact_key) as contact_key,
        orders.deal_key,
        coalesce(orders.owner_key, sales.owner_key) as owner_key,
        orders.returns_order_key,
        order_lines.product_key,

        -- attributes
        orders.channel,
        orders.status,
        orders.kind,
        orders.currency,

        -- measures
        coalesce(order_lines.quantity, 0) as quantity,
        order_lines.unit_price as unit_price_local,
        cast(coalesce(
            cast(order_lines.quantity as decimal(20, 4)) * order_lines.unit_price - coalesce(order_lines.discount, 0), 0
        ) as decimal(20, 8)) as net_amount_local,
        order_lines.unit_cost as unit_cost_local,

        -- timestamps
        orders.ordered_at,
        orders.delivered_at
    from orders
    left join order_lines on orders.order_key = order_lines.order_key
    left join orders as sales on sales.order_key = orders.returns_order_key
)

select * from final
