-- grain: one row per deal and step of it whose day is known
with deals as (
    select * from {{ ref('int_deals__deals') }}
),

steps as (
    select
        deal_key,
        'created' as step,
        created_on as happened_on
    from deals
    where created_on is not null
    union all
    select
        deal_key,
        status as step,
        closed_on as happened_on
    from deals
    where closed_on is not null
),

final as (
    select
        deal_key || '|' || step as deal_step_key,
        deal_key,
        step,
        happened_on
    from steps
)

select * from final
