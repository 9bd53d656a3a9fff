-- grain: one row per customer and month end from its first sale on; the month of the data-as-of day ends on that day
with orders as (
    select
        *,
        lead(ordered_on, 1, cast('9999-12-31' as date)) over (
            partition by customer_key order by order_number
        ) as next_ordered_on,
        min(ordered_on) over (partition by customer_key) as first_order_on
    from {{ ref('int_orders__orders') }}
    where customer_key is not null and not is_cancelled and kind = 'sale'
),

month_ends as (
    select
        cast({{ dbt.date_trunc('month', 'days.date_on') }} as date) as month_start_on,
        max(days.date_on) as month_end_on
    from {{ ref('int_time__days') }} as days
    inner join {{ ref('stg_embudo__settings') }} as settings
        on days.date_on <= settings.as_of_on
    group by cast({{ dbt.date_trunc('month', 'days.date_on') }} as date)
),

final as (
    select
        orders.customer_key,
        orders.account_key,
        case when orders.account_key is null then orders.contact_key end as contact_key,
        orders.rep_version_key,
        orders.order_number as orders_to_date,
        orders.first_order_on,
        orders.ordered_on as last_order_on,
        {{ dbt.datediff('orders.ordered_on', 'month_ends.month_end_on', 'day') }} as recency_days,
        case
            when orders.order_number > 1
                then {{ dbt.datediff('orders.first_order_on', 'orders.ordered_on', 'day') }}
                    / cast(orders.order_number - 1 as double)
        end as usual_gap_days,
        month_ends.month_start_on,
        month_ends.month_end_on
    from orders
    inner join month_ends
        on orders.ordered_on <= month_ends.month_end_on
        and orders.next_ordered_on > month_ends.month_end_on
)

select * from final
