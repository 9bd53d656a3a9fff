-- grain: one row per customer and month end from its first order on, with how many customers are better by each figure
{{ config(materialized='view') }}

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

final as (
    select
        *,
        rank() over (partition by month_end_on order by recency_days) - 1 as fresher_count,
        rank() over (partition by month_end_on order by recent_orders desc) - 1 as busier_count,
        rank() over (partition by month_end_on order by recent_amount desc) - 1 as bigger_count,
        count(*) over (partition by month_end_on) as customers_count
    from figures
)

select * from final
