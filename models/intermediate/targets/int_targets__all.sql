-- grain: one row per target as stated, from sources and from the seed, rep targets with the rep they mean
-- a rep is named by id (the same source's first) or by full name
with stated_targets as (
    select
        metric,
        scope,
        scope_key,
        period_grain,
        period_start,
        target,
        currency,
        set_on,
        cast(null as integer) as review_every_months,
        _source as origin
    from {{ ref('stg_files__targets') }}
    union all
    select
        metric,
        scope,
        scope_key,
        period_grain,
        period_start,
        target,
        currency,
        set_on,
        review_every_months,
        'seed' as origin
    from {{ ref('targets') }}
),

final as (
    select
        stated_targets.metric,
        stated_targets.scope,
        case
            when stated_targets.scope = 'company' then 'company'
            when stated_targets.scope = 'rep' then coalesce(names.user_key, stated_targets.scope_key)
            else stated_targets.scope_key
        end as scope_key,
        names.user_key as rep_key,
        stated_targets.period_grain,
        stated_targets.period_start,
        stated_targets.target,
        stated_targets.currency,
        stated_targets.set_on,
        stated_targets.review_every_months,
        stated_targets.origin
    from stated_targets
    left join {{ ref('int_targets__rep_names') }} as names
        on stated_targets.scope = 'rep'
        and lower(trim(stated_targets.scope_key)) = names.rep_name
        and stated_targets.origin = names.origin
)

select * from final
