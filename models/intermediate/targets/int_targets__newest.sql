-- grain: one row per target of a metric, scope and period, as last set; of two set on one day the seed's, then the first source's
with targets as (
    select * from {{ ref('int_targets__all') }}
),

ranked as (
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

versions as (
    select * from {{ ref('int_users__versions') }}
),

final as (
    select
        ranked.metric,
        ranked.scope,
        ranked.scope_key,
        ranked.rep_key,
        versions.rep_version_key,
        case when ranked.scope = 'team' then ranked.scope_key else versions.team end as team,
        case when ranked.scope = 'region' then ranked.scope_key else versions.region end as region,
        ranked.period_grain,
        ranked.period_start,
        ranked.target,
        ranked.currency,
        ranked.set_on,
        ranked.review_every_months,
        ranked.origin
    from ranked
    left join versions
        on {{ is_version_on('versions', 'user_key', 'ranked.rep_key', 'ranked.period_start') }}
    where ranked.version_rank = 1
)

select * from final
