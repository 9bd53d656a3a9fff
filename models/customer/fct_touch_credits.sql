-- grain: one row per order and touch in the 90 days before it, with the touch's share of the order by each rule
with order_touches as (
    select * from {{ ref('int_customers__order_touches') }}
),

touches as (
    select * from {{ ref('int_customers__touches') }}
),

orders as (
    select
        *,
        net_amount - coalesce(cost_amount, 0) as margin_amount
    from {{ ref('int_orders__orders') }}
),

touch_shares as (
    select
        order_touches.*,
        touch_number = 1 as is_first_touch,
        touch_number = touches_count as is_last_touch,
        -- the last touch takes what rounding leaves, so that shares add up
        cast(orders.net_amount / order_touches.touches_count as decimal(28, 8)) as even_amount
    from order_touches
    inner join orders on order_touches.order_key = orders.order_key
),

final as (
    select
        -- keys
        touch_shares.order_key || '|' || touch_shares.touch_key as touch_credit_key,
        touch_shares.order_key,
        touch_shares.touch_key,
        orders.customer_key,
        orders.account_key,
        orders.contact_key,
        touches.campaign_key,
        touches.rep_version_key,

        -- attributes
        touches.touch_kind,
        touches.channel,
        touch_shares.is_first_touch,
        touch_shares.is_last_touch,

        -- measures
        cast(case when touch_shares.is_first_touch then orders.net_amount else 0 end as decimal(28, 8))
            as first_touch_amount,
        cast(case when touch_shares.is_last_touch then orders.net_amount else 0 end as decimal(28, 8))
            as last_touch_amount,
        cast(case when touch_shares.is_last_touch then orders.margin_amount else 0 end as decimal(28, 8))
            as last_touch_margin_amount,
        cast(
            case
                when touch_shares.is_last_touch
                    then orders.net_amount - touch_shares.even_amount * (touch_shares.touches_count - 1)
                else touch_shares.even_amount
            end as decimal(28, 8)
        ) as linear_amount,

        -- times
        touches.touched_at,
        orders.ordered_on
    from touch_shares
    inner join orders on touch_shares.order_key = orders.order_key
    inner join touches on touch_shares.touch_key = touches.touch_key
)

select * from final
