-- grain: one row per pipeline and stage that deals have been in, with the attributes that seeds/stages gives it
-- a pipeline that the seed does not name takes the stages of `default`
-- a stage that the seed does not know closes a deal where most deals that entered it were closed by then
with visits as (
    select
        pipeline,
        stage,
        2 * sum(case when is_end and is_recorded then 1 else 0 end) > count(*) as is_mostly_the_end
    from {{ ref('int_deals__stage_visits') }}
    group by pipeline, stage
),

stages_in_use as (
    select
        pipeline,
        stage
    from visits
    union
    select
        pipeline,
        stage
    from {{ ref('int_deals__deals') }}
),

stages as (
    {{ words_of('stages', 'stage', also=['pipeline']) }}
),

final as (
    select
        stages_in_use.pipeline,
        stages_in_use.stage,
        coalesce(own.position, fallback.position) as position,
        case when own.stage is not null then own.probability else fallback.probability end
            as probability,
        coalesce(own.is_won, fallback.is_won, false) as is_won_stage,
        coalesce(own.is_lost, fallback.is_lost, false) as is_lost_stage,
        coalesce(own.is_won or own.is_lost, fallback.is_won or fallback.is_lost, visits.is_mostly_the_end, false)
            as is_closing_stage
    from stages_in_use
    left join stages as own
        on {{ folded_word('stages_in_use.pipeline') }} = {{ folded_word('own.pipeline') }}
        and {{ folded_word('stages_in_use.stage') }} = own.word
    left join stages as fallback
        on fallback.pipeline = 'default'
        and {{ folded_word('stages_in_use.stage') }} = fallback.word
    left join visits
        on stages_in_use.pipeline = visits.pipeline
        and stages_in_use.stage = visits.stage
)

select * from final
