-- grain: one row per day, deal, stage visit and rep version: open at the end of the day, or a zero where it was open
-- earlier in the period that the day ends; a day on which nothing is open has one row without a deal
-- the zeros make the last day of a week, month, quarter or year the last one under any filter as well
with days as (
    select * from {{ ref('dim_past_dates') }}
),

open_deals_by_day as (
    select * from {{ ref('int_deals__days') }}
),

final as (
    select
        -- keys
        cast(days.date_on as {{ dbt.type_string() }}) || coalesce(
            '|' || deals.deal_key || '|' || cast(deals.visit_number as {{ dbt.type_string() }}) || '|'
            || case when deals.open_count = 0 then coalesce(deals.rep_version_key, '') else 'open' end,
            ''
        ) as open_deal_day_key,
        deals.deal_key,
        deals.account_key,
        deals.contact_key,
        deals.lead_key,
        deals.product_key,
        deals.campaign_key,
        deals.rep_version_key,

        -- attributes
        coalesce(deals.stage, 'none') as stage,
        deals.pipeline,

        -- measures
        cast(coalesce(deals.open_count, 0) as bigint) as open_count,
        cast(coalesce(deals.amount, 0) as decimal(18, 4)) as amount,
        cast(coalesce(deals.weighted_amount, 0) as decimal(18, 4)) as weighted_amount,

        -- times
        days.date_on as snapshot_on
    from days
    left join open_deals_by_day as deals on days.date_on = deals.snapshot_on
)

select * from final
