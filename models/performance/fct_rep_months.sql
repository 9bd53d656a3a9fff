-- grain: one row per rep and month with a quota, with the revenue of the rep's orders and the day on which it reached the quota
with quotas as (
    select * from {{ ref('fct_quotas') }}
),

revenue_by_day as (
    select
        rep_key,
        ordered_on,
        cast({{ dbt.date_trunc('month', 'ordered_on') }} as date) as month_start_on,
        sum(net_amount) as net_amount
    from {{ ref('fct_order_lines') }}
    where not is_cancelled and rep_key is not null
    group by rep_key, ordered_on
),

revenue_to_date as (
    select
        *,
        sum(net_amount) over (
            partition by rep_key, month_start_on order by ordered_on
            rows between unbounded preceding and current row
        ) as revenue_so_far
    from revenue_by_day
),

revenue_by_month as (
    select
        quotas.quota_key,
        sum(revenue_to_date.net_amount) as revenue_amount,
        min(case when revenue_to_date.revenue_so_far >= quotas.quota_amount then revenue_to_date.ordered_on end)
            as reached_on
    from quotas
    inner join revenue_to_date
        on quotas.rep_key = revenue_to_date.rep_key
        and quotas.month_start_on = revenue_to_date.month_start_on
    group by quotas.quota_key
),

final as (
    select
        -- keys
        quotas.quota_key as rep_month_key,
        quotas.rep_version_key,
        quotas.rep_key,

        -- attributes
        coalesce(revenue_by_month.revenue_amount, 0) >= quotas.quota_amount as is_met,

        -- measures
        quotas.quota_amount,
        cast(coalesce(revenue_by_month.revenue_amount, 0) as decimal(38, 8)) as revenue_amount,
        case
            when revenue_by_month.revenue_amount >= quotas.quota_amount
                then {{ dbt.datediff('quotas.month_start_on', 'revenue_by_month.reached_on', 'day') }}
        end as days_to_quota,

        -- times
        case when revenue_by_month.revenue_amount >= quotas.quota_amount then revenue_by_month.reached_on end as reached_on,
        quotas.month_start_on
    from quotas
    left join revenue_by_month on quotas.quota_key = revenue_by_month.quota_key
)

select * from final
