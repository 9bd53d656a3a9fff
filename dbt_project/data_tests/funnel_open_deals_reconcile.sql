-- the pipeline of a day is what was created up to it less what was closed, for deals whose dates are known; and less what
-- was closed then and opened again, by a stage that closes a deal or by an earlier version, or is in such a stage now
with mart_counts as (
    select
        snapshot_on,
        sum(open_count) as open_count
    from {{ ref('fct_open_deals_daily') }} as open_deals
    inner join {{ ref('fct_deals') }} as deals on open_deals.deal_key = deals.deal_key
    where deals.created_on is not null
    group by snapshot_on
),

dates as (
    select dates.date_on
    from {{ ref('dim_dates') }} as dates
    inner join {{ ref('stg_embudo__settings') }} as settings on dates.date_on <= settings.as_of_on
),

visits as (
    select
        visits.deal_key,
        stages.is_closing_stage and visits.is_recorded as is_closing_visit,
        {{ local_date('visits.entered_at') }} as from_on,
        coalesce(
            lead({{ local_date('visits.entered_at') }}) over (
                partition by visits.deal_key order by visits.visit_number
            ),
            cast('9999-12-31' as date)
        ) as to_on
    from {{ ref('int_deals__stage_visits') }} as visits
    inner join {{ ref('int_deals__stages') }} as stages
        on visits.pipeline = stages.pipeline
        and visits.stage = stages.stage
),

closed_periods as (
    select deal_key, from_on, to_on
    from visits
    where is_closing_visit
    union all
    select deal_key, closed_on as from_on, reopened_on as to_on
    from {{ ref('int_deals__closed_periods') }}
    union all
    select
        deals.deal_key,
        coalesce({{ local_date('deals.updated_at') }}, deals.created_on) as from_on,
        cast('9999-12-31' as date) as to_on
    from {{ ref('int_deals__deals') }} as deals
    inner join {{ ref('int_deals__stages') }} as stages
        on deals.pipeline = stages.pipeline
        and deals.stage = stages.stage
    where stages.is_closing_stage and not deals.is_closed
),

closed_days as (
    select distinct
        dates.date_on,
        closed_periods.deal_key
    from closed_periods
    inner join {{ ref('fct_deals') }} as deals on closed_periods.deal_key = deals.deal_key
    inner join dates
        on dates.date_on >= closed_periods.from_on
        and dates.date_on < closed_periods.to_on
        and dates.date_on >= deals.created_on
        and (deals.closed_on is null or dates.date_on < deals.closed_on)
),

deal_counts as (
    select
        dates.date_on,
        count(deals.deal_key) - count(closed_days.deal_key) as open_count
    from dates
    left join {{ ref('fct_deals') }} as deals
        on dates.date_on >= deals.created_on
        and (deals.closed_on is null or dates.date_on < deals.closed_on)
    left join closed_days
        on dates.date_on = closed_days.date_on
        and deals.deal_key = closed_days.deal_key
    group by dates.date_on
)

select deal_counts.date_on
from deal_counts
left join mart_counts on deal_counts.date_on = mart_counts.snapshot_on
where deal_counts.open_count <> coalesce(mart_counts.open_count, 0)
