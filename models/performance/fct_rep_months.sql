-- grain: one row per rep and month with a quota, with the revenue of the rep's orders and the day on which it reached the quota
with quotas as (
    select * from {{ ref('fct_quotas') }}
),

days as (
    select
        rep_key,
        ordered_on,
        cast({{ dbt.date_trunc('month', 'ordered_on') }} as date) as month_start_on,
        sum(net_amount) as net_amount
    from {{ ref('fct_order_lines') }}
    where not is_cancelled and rep_key is not null
    group by rep_key, ordered_on
),

running as (
    select
        *,
        sum(net_amount) over (
            partition by rep_key, month_start_on order by ordered_on
            rows between unbounded preceding and current row
        ) as revenue_so_far
    from days
),

months as (
    select
        quotas.quota_key,
        sum(running.net_amount) as revenue_amount,
        min(case when running.revenue_so_far >= quotas.quota_amount then running.ordered_on end)
            as reached_on
    from quotas
    inner join running
        on quotas.rep_key = running.rep_key
        and quotas.month_start_on = running.month_start_on
    group by quotas.quota_key
),

final as (
    select
        -- keys
        quotas.quota_key as rep_month_key,
        quotas.rep_version_key,
        quotas.rep_key,

        -- attributes
        coalesce(months.revenue_amount, 0) >= quotas.quota_amount as is_met,

        -- measures
        quotas.quota_amount,
        cast(coalesce(months.revenue_amount, 0) as decimal(38, 8)) as revenue_amount,
        case
            when months.revenue_amount >= quotas.quota_amount
                then {{ dbt.datediff('quotas.month_start_on', 'months.reached_on', 'day') }}
        end as days_to_quota,

        -- times
        case when months.revenue_amount >= quotas.quota_amount then months.reached_on end as reached_on,
        quotas.month_start_on
    from quotas
    left join months on quotas.quota_key = months.quota_key
)

select * from final
