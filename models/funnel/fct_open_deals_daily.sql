-- grain: one row per day, deal, stage visit and rep version: open at the end of the day, or a zero where it was open
-- earlier in the period that the day ends; a day on which nothing is open has one row without a deal
-- the zeros make the last day of a week, month, quarter or year the last one under any filter as well
with open_days as (
    select * from {{ ref('int_deals__open_days') }}
),

closing_days as (
    select * from {{ ref('int_deals__closing_days') }}
),

dates as (
    select dates.date_on
    from {{ ref('dim_dates') }} as dates
    inner join {{ source('embudo', 'settings') }} as settings
        on dates.date_on <= settings.as_of_on
),

stages as (
    select * from {{ ref('int_deals__stages') }}
),

days as (
    select *, 1 as open_count from open_days
    union all
    select *, 0 as open_count from closing_days
),

valued as (
    select
        days.*,
        -- wide decimals are slow, and most rows need no rate
        case
            when days.open_count = 0 then 0
            when rates.rate = 1 then days.amount_local
            else {{ reporting_amount('days.amount_local') }}
        end as amount
    from days
    {{ join_rates('days.currency', 'days.snapshot_on') }}
),

final as (
    select
        -- keys
        cast(dates.date_on as {{ dbt.type_string() }}) || coalesce(
            '|' || valued.deal_key || '|' || cast(valued.visit_number as {{ dbt.type_string() }}) || '|'
            || case when valued.open_count = 0 then coalesce(valued.rep_version_key, '') else 'open' end,
            ''
        ) as open_deal_day_key,
        valued.deal_key,
        valued.account_key,
        valued.contact_key,
        valued.lead_key,
        valued.product_key,
        valued.campaign_key,
        valued.rep_version_key,

        -- attributes
        coalesce(valued.stage, 'none') as stage,
        valued.pipeline,

        -- measures
        cast(coalesce(valued.open_count, 0) as bigint) as open_count,
        cast(coalesce(valued.amount, 0) as decimal(18, 4)) as amount,
        cast(coalesce(cast(valued.amount as double) * stages.probability, 0) as decimal(18, 4))
            as weighted_amount,

        -- times
        dates.date_on as snapshot_on
    from dates
    left join valued on dates.date_on = valued.snapshot_on
    left join stages
        on valued.pipeline = stages.pipeline
        and valued.stage = stages.stage
)

select * from final
