-- grain: one row per growth assumption and the periods it is valid for: until the next one of its metric and scope
with assumptions as (
    select * from {{ ref('growth_assumptions') }}
),

assumptions_by_scope as (
    select
        assumptions.metric,
        assumptions.scope,
        case
            when assumptions.scope = 'company' then 'company'
            when assumptions.scope = 'rep' then coalesce(names.user_key, assumptions.scope_key)
            else assumptions.scope_key
        end as scope_key,
        assumptions.period_start,
        assumptions.growth
    from assumptions
    left join {{ ref('int_targets__rep_names') }} as names
        on assumptions.scope = 'rep'
        and lower(trim(assumptions.scope_key)) = names.rep_name
        and names.origin = 'seed'
),

final as (
    select
        metric,
        scope,
        scope_key,
        growth,
        period_start as valid_from_on,
        lead(period_start, 1, cast('9999-12-31' as date)) over (
            partition by metric, scope, scope_key order by period_start
        ) as valid_to_on
    from assumptions_by_scope
)

select * from final
