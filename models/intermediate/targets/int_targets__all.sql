-- grain: one row per target as stated, from sources and from the seed, rep targets with the rep they mean
-- a rep is named by id (the same source's first) or by full name
with stated as (
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
        stated.metric,
        stated.scope,
        case
            when stated.scope = 'company' then 'company'
            when stated.scope = 'rep' then coalesce(names.user_key, stated.scope_key)
            else stated.scope_key
        end as scope_key,
        names.user_key as rep_key,
        stated.period_grain,
        stated.period_start,
        stated.target,
        stated.currency,
        stated.set_on,
        stated.review_every_months,
        stated.origin
    from stated
    left join {{ ref('int_targets__rep_names') }} as names
        on stated.scope = 'rep'
        and lower(trim(stated.scope_key)) = names.rep_name
        and stated.origin = names.origin
)

select * from final
