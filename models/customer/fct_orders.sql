-- grain: one row per order or return
with orders as (
    select * from {{ ref('int_orders__orders') }}
),

final as (
    select
        -- keys
        order_key,
        customer_key,
        account_key,
        contact_key,
        campaign_key,
        deal_key,
        rep_version_key,
        owner_key as rep_key,
        returns_order_key,

        -- attributes
        channel,
        status,
        kind,
        is_cancelled,
        is_first_order,

        -- measures
        order_number,
        lines_count,
        cast(quantity as decimal(38, 4)) as quantity,
        net_amount,
        cost_amount,
        net_amount - cost_amount as margin_amount,
        days_since_previous_order,

        -- times
        ordered_at,
        ordered_on,
        previous_ordered_on,
        delivered_on
    from orders
)

select * from final
