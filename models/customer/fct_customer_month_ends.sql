-- grain: one row per customer and month end from its first order on; the month of the data-as-of day ends on that day
with month_ends as (
    select * from {{ ref('int_customers__month_ends') }}
),

recent_orders as (
    select * from {{ ref('int_customers__recent_orders') }}
),

conversations as (
    select * from {{ ref('int_customers__conversations') }}
),

figures as (
    select
        month_ends.*,
        coalesce(recent_orders.recent_orders, 0) as recent_orders,
        coalesce(recent_orders.recent_amount, 0) as recent_amount,
        conversations.customer_key is not null as has_conversation
    from month_ends
    left join recent_orders
        on month_ends.customer_key = recent_orders.customer_key
        and month_ends.month_end_on = recent_orders.month_end_on
    left join conversations
        on month_ends.customer_key = conversations.customer_key
        and month_ends.month_start_on = conversations.month_start_on
),

-- in the top two fifths where fewer than two fifths of the customers are better
placed as (
    select
        *,
        rank() over (partition by month_end_on order by recency_days) - 1 as fresher_count,
        rank() over (partition by month_end_on order by recent_orders desc) - 1 as busier_count,
        rank() over (partition by month_end_on order by recent_amount desc) - 1 as bigger_count,
        count(*) over (partition by month_end_on) as customers_count
    from figures
),

judged as (
    select
        *,
        recent_orders > 0 and fresher_count < 0.4 * customers_count
        and busier_count < 0.4 * customers_count and bigger_count < 0.4 * customers_count as is_loyal,
        orders_to_date >= 3 and recency_days > 2 * usual_gap_days as is_at_risk
    from placed
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
    from judged
)

select * from final
