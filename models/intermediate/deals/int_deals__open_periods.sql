-- grain: one row per period in which a deal was open in one stage, up to but not on `stage_to_on`
-- once it entered a stage that closes it, won or lost, a deal is not open, also where it was opened again later; the stage
-- of a deal without recorded changes says nothing of earlier days
-- an open deal that is now in such a stage was open up to its last change at most, whatever changes are recorded
-- a deal without a creation date is open since its first known stage change, or else on the data-as-of day alone
with settings as (
    select * from {{ ref('stg_embudo__settings') }}
),

visits as (
    select * from {{ ref('int_deals__stage_visits') }}
),

first_visits as (
    select
        deal_key,
        {{ local_date('min(entered_at)') }} as entered_on
    from visits
    group by deal_key
),

stages as (
    select * from {{ ref('int_deals__stages') }}
),

deals_with_open_days as (
    select
        deals.*,
        coalesce(deals.created_on, first_visits.entered_on, settings.as_of_on) as open_from_on,
        least(
            {{ dbt.dateadd('day', 1, 'settings.as_of_on') }},
            case
                when stages.is_closing_stage and not deals.is_closed
                    then coalesce({{ local_date('deals.updated_at') }}, deals.created_on, settings.as_of_on)
            end
        ) as open_to_on
    from {{ ref('int_deals__deals') }} as deals
    left join first_visits on deals.deal_key = first_visits.deal_key
    left join stages
        on deals.pipeline = stages.pipeline
        and deals.stage = stages.stage
    cross join settings
),

periods as (
    select
        deals.*,
        visits.visit_number,
        visits.stage as stage_in_period,
        coalesce(visits.is_recorded and stages.is_closing_stage, false) as is_closing_visit,
        case
            when visits.visit_number = 1 then deals.open_from_on
            else greatest({{ local_date('visits.entered_at') }}, deals.open_from_on)
        end as stage_from_on,
        least(
            coalesce(deals.closed_on, deals.open_to_on),
            case
                when visits.is_recorded and stages.is_closing_stage then {{ local_date('visits.entered_at') }}
                else deals.open_to_on
            end,
            lead({{ local_date('visits.entered_at') }}, 1, deals.open_to_on) over (
                partition by visits.deal_key order by visits.visit_number
            )
        ) as stage_to_on
    from deals_with_open_days as deals
    inner join visits on deals.deal_key = visits.deal_key
    left join stages
        on deals.pipeline = stages.pipeline
        and visits.stage = stages.stage
),

final as (
    select * from periods
    where not is_closing_visit or stage_from_on < stage_to_on
)

select * from final
