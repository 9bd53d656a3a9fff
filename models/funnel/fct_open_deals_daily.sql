-- grain: one row a day, deal, stage and rep version: open at the end of the day, or a zero where it was open earlier in
-- the period that the day ends; a day on which nothing is open has one row without a deal
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
    select
        *,
        1 as open_count
    from open_days
    union all
    select
        *,
        0 as open_count
    from closing_days
),

final as (
    select
        cast(dates.date_on as {{ dbt.type_string() }}) || coalesce(
            '|' || days.deal_key || '|' || cast(days.visit_number as {{ dbt.type_string() }}) || '|'
            || coalesce(days.rep_version_key, ''),
            ''
        ) as open_deal_day_key,
        days.deal_key,
        days.account_key,
        days.contact_key,
        days.lead_key,
        days.product_key,
        days.campaign_key,
        days.rep_version_key,
        coalesce(days.stage, 'none') as stage,
        days.pipeline,
        cast(coalesce(days.open_count, 0) as bigint) as open_count,
        cast(coalesce({{ reporting_amount('days.amount_local') }} * days.open_count, 0) as decimal(18, 4))
            as amount,
        cast(coalesce(
            {{ reporting_amount('days.amount_local') }} * days.open_count * stages.probability, 0
        ) as decimal(18, 4)) as weighted_amount,
        dates.date_on as snapshot_on
    from dates
    left join days on dates.date_on = days.snapshot_on
    left join stages
        on days.pipeline = stages.pipeline
        and days.stage = stages.stage
    {{ join_rates('days.currency', 'dates.date_on') }}
)

select * from final
