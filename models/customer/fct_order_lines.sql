-- grain: one row per line of an order or return; an order without lines has one empty line, so that it counts
with lines as (
    select * from {{ ref('int_orders__priced_lines') }}
),

orders as (
    select * from {{ ref('int_orders__orders') }}
),

sale_motions as (
    select * from {{ ref('int_orders__sale_motions') }}
),

final as (
    select
        -- keys
        lines.order_line_key,
        lines.order_key,
        lines.customer_key,
        lines.account_key,
        lines.contact_key,
        lines.product_key,
        lines.campaign_key,
        lines.deal_key,
        orders.rep_version_key,
        lines.owner_key as rep_key,

        -- attributes
        lines.channel,
        lines.status,
        lines.kind,
        lines.is_stated_return,
        lines.is_cancelled,
        orders.is_first_order,
        orders.is_returning,
        sale_motions.sale_motion,

        -- measures
        cast(lines.quantity as decimal(18, 4)) as quantity,
        lines.net_amount,
        lines.cost_amount,
        lines.net_amount - lines.cost_amount as margin_amount,

        -- times
        lines.ordered_at,
        lines.ordered_on,
        lines.delivered_on
    from lines
    inner join orders on lines.order_key = orders.order_key
    left join sale_motions on lines.order_line_key = sale_motions.order_line_key
)

select * from final
