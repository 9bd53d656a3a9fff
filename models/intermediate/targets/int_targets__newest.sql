-- grain: one row per target of a metric, scope and period, as last set; of two set on one day the seed's, then the first source's
with targets as (
    select * from {{ ref('int_targets__all') }}
),

target_versions as (
    select
        *,
        row_number() over (
            partition by metric, scope, scope_key, period_grain, period_start
            order by
                set_on desc nulls last,
                case when origin = 'seed' then 0 else 1 end,
                origin,
                target desc
        ) as version_rank
    from targets
),

user_versions as (
    select * from {{ ref('int_users__versions') }}
),

final as (
    select
        target_versions.metric,
        target_versions.scope,
        target_versions.scope_key,
        target_versions.rep_key,
        user_versions.rep_version_key,
        case when target_versions.scope = 'team' then target_versions.scope_key else user_versions.team end as team,
        case when target_versions.scope = 'region' then target_versions.scope_key else user_versions.region end as region,
        target_versions.period_grain,
        target_versions.period_start,
        target_versions.target,
        target_versions.currency,
        target_versions.set_on,
        target_versions.review_every_months,
        target_versions.origin
    from target_versions
    left join user_versions
        on {{ is_version_on('user_versions', 'user_key', 'target_versions.rep_key', 'target_versions.period_start') }}
    where target_versions.version_rank = 1
)

select * from final
