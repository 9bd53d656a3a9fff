-- grain: one row per order line, in the reporting currency at the rate of the order's day
-- a line without a cost of its own takes its product's; an order without a kind is a return where its lines sum below zero
with lines as (
    select
        *,
        {{ local_date('ordered_at') }} as ordered_on,
        status = 'cancelled' as is_cancelled,
        coalesce(kind, case when sum(net_amount_local) over (partition by order_key) < 0 then 'return' else 'sale' end)
            as order_kind,
        coalesce('account:' || account_key, 'contact:' || contact_key) as customer_key
    from
        {% if var('revenue_from') == 'deals' -%}
            {{ ref('int_orders__deal_lines') }}
        {%- else -%}
            {{ ref('int_orders__landed_lines') }}
        {%- endif %}
),

products as (
    select * from {{ ref('stg_files__products') }}
),

origins as (
    select * from {{ ref('int_deals__origins') }}
),

final as (
    select
        lines.order_line_key,
        lines.order_key,
        lines.customer_key,
        lines.account_key,
        lines.contact_key,
        lines.deal_key,
        lines.owner_key,
        lines.returns_order_key,
        lines.product_key,
        origins.campaign_key,
        lines.channel,
        lines.status,
        lines.order_kind as kind,
        coalesce(lines.kind = 'return' or lines.returns_order_key is not null or lines.quantity < 0, false)
            as is_stated_return,
        lines.is_cancelled,
        coalesce(products.category, '') as product_category,
        lines.quantity,
        case
            when rates.rate = 1 then lines.net_amount_local
            else cast(lines.net_amount_local * rates.rate as decimal(20, 8))
        end as net_amount,
        cast(
            lines.quantity * cast(coalesce(
                cast(lines.unit_cost_local as decimal(20, 4)) * rates.rate,
                cast(products.unit_cost as decimal(20, 4)) * product_rates.rate
            ) as decimal(20, 8))
            as decimal(20, 8)
        ) as cost_amount,
        -- a list price, where there is one, separates a dearer product from a dearer day
        coalesce(
            cast(products.unit_price as decimal(20, 4)) * product_rates.rate,
            cast(lines.unit_price_local as decimal(20, 4)) * rates.rate
        ) as price_amount,
        lines.ordered_at,
        lines.ordered_on,
        {{ local_date('lines.delivered_at') }} as delivered_on
    from lines
    left join products on lines.product_key = products.product_key
    left join origins on lines.deal_key = origins.deal_key
    {{ join_rates('lines.currency', 'lines.ordered_on') }}
    {{ join_rates('products.currency', 'lines.ordered_on', 'product_rates') }}
)

select * from final
