-- grain: one row per customer and month end from its first order on; the month of the data-as-of day ends on that day
with standings as (
    select * from {{ ref('int_customers__standings') }}
),

-- in the top two fifths where fewer than two fifths of the customers are better
tiers as (
    select
        *,
        recent_orders > 0
        and fresher_count < {{ var('loyal_share') }} * customers_count
        and busier_count < {{ var('loyal_share') }} * customers_count
        and bigger_count < {{ var('loyal_share') }} * customers_count as is_loyal,
        orders_to_date >= {{ var('at_risk_min_orders') }}
        and recency_days > {{ var('at_risk_gaps') }} * usual_gap_days as is_at_risk
    from standings
),

final as (
    select
        -- keys
        customer_key || '|' || cast(month_end_on as {{ dbt.type_string() }}) as customer_month_end_key,
        customer_key,
        account_key,
        contact_key,
        rep_version_key,

        -- attributes
        case
            when is_at_risk then 'at_risk'
            when is_loyal then 'loyal'
            when recent_orders > 0 then 'active'
            else 'dormant'
        end as tier,
        is_loyal,
        is_at_risk,
        has_conversation,

        -- measures
        orders_to_date,
        recent_orders,
        cast(recent_amount as decimal(38, 8)) as recent_amount,
        recency_days,
        usual_gap_days,

        -- times
        first_order_on,
        last_order_on,
        month_start_on,
        month_end_on
    from tiers
)

select * from final
