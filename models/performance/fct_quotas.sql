-- grain: one row per rep and month for which a revenue target is set at rep scope; levels above are targets, not quotas
-- a month takes its own target, else a third of its quarter's, else a twelfth of its year's, else what its weeks
-- (by their Monday), else what its days add up to
with targets as (
    select * from {{ ref('fct_targets') }}
    where metric = 'revenue' and scope = 'rep'
),

monthly_shares as (
    {%- for grain, months in [('month', 1), ('quarter', 3), ('year', 12)] %}
    {%- for month in range(months) %}
    select
        coalesce(rep_key, scope_key) as rep_key,
        cast({{ dbt.dateadd('month', month, dbt.date_trunc(grain, 'period_start_on')) }} as date) as month_start_on,
        {{ months }} as grain_rank,
        target / {{ months }} as target_amount,
        target_with_growth / {{ months }} as quota_amount
    from targets
    where period_grain = '{{ grain }}'
    union all
    {%- endfor %}
    {%- endfor %}
    select
        coalesce(rep_key, scope_key) as rep_key,
        cast({{ dbt.date_trunc('month', 'period_start_on') }} as date) as month_start_on,
        case when period_grain = 'week' then 13 else 14 end as grain_rank,
        target as target_amount,
        target_with_growth as quota_amount
    from targets
    where period_grain in ('week', 'day')
),

shares_by_grain as (
    select
        *,
        rank() over (partition by rep_key, month_start_on order by grain_rank) as share_rank
    from monthly_shares
),

monthly_quotas as (
    select
        rep_key,
        month_start_on,
        sum(target_amount) as target_amount,
        sum(quota_amount) as quota_amount
    from shares_by_grain
    where share_rank = 1
    group by rep_key, month_start_on
),

user_versions as (
    select * from {{ ref('int_users__versions') }}
),

final as (
    select
        -- keys
        monthly_quotas.rep_key || '|' || cast(monthly_quotas.month_start_on as {{ dbt.type_string() }}) as quota_key,
        user_versions.rep_version_key,
        monthly_quotas.rep_key,

        -- measures
        cast(monthly_quotas.target_amount as decimal(24, 8)) as target_amount,
        cast(monthly_quotas.quota_amount as decimal(24, 8)) as quota_amount,

        -- times
        monthly_quotas.month_start_on
    from monthly_quotas
    left join user_versions
        on {{ is_version_on('user_versions', 'user_key', 'monthly_quotas.rep_key', 'monthly_quotas.month_start_on') }}
)

select * from final
