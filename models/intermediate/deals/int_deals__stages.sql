-- grain: one row per pipeline and stage that deals have been in, with the attributes that seeds/stages gives it
-- a pipeline that the seed does not name takes the stages of `default`
with visits as (
    select distinct
        pipeline,
        stage
    from {{ ref('int_deals__stage_visits') }}
),

stages_in_use as (
    select * from visits
    union
    select
        pipeline,
        stage
    from {{ ref('int_deals__deals') }}
),

stages as (
    select * from {{ ref('stages') }}
),

final as (
    select
        stages_in_use.pipeline,
        stages_in_use.stage,
        coalesce(own.position, fallback.position) as position,
        case when own.stage is not null then own.probability else fallback.probability end
            as probability,
        coalesce(own.is_won, fallback.is_won, false) as is_won_stage,
        coalesce(own.is_lost, fallback.is_lost, false) as is_lost_stage
    from stages_in_use
    left join stages as own
        on lower(stages_in_use.pipeline) = lower(own.pipeline)
        and lower(stages_in_use.stage) = lower(own.stage)
    left join stages as fallback
        on fallback.pipeline = 'default'
        and lower(stages_in_use.stage) = lower(fallback.stage)
)

select * from final
