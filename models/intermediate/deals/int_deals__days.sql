-- grain: one row per day, deal, stage visit and rep version: open at the end of the day, or a zero where it was open
-- earlier in the period that the day ends
-- amounts are in the reporting currency at the rate of the day
{{ config(materialized='view') }}

with deal_days as (
    select *, 1 as open_count from {{ ref('int_deals__open_days') }}
    union all
    select *, 0 as open_count from {{ ref('int_deals__closing_days') }}
),

stages as (
    select * from {{ ref('int_deals__stages') }}
),

amounts as (
    select
        deal_days.*,
        -- wide decimals are slow, and most rows need no rate
        case
            when deal_days.open_count = 0 then 0
            when rates.rate = 1 then deal_days.amount_local
            else {{ reporting_amount('deal_days.amount_local') }}
        end as amount
    from deal_days
    {{ join_rates('deal_days.currency', 'deal_days.snapshot_on') }}
),

final as (
    select
        amounts.*,
        -- a deal is open in no stage that closes it: without recorded changes the stage of that day is not known
        case when not stages.is_closing_stage then cast(amounts.amount as double) * stages.probability end
            as weighted_amount
    from amounts
    left join stages
        on amounts.pipeline = stages.pipeline
        and amounts.stage = stages.stage
)

select * from final
