-- grain: one row per deal, stage visit, rep version and last day of a period in which it was open, but no longer at its end
with open_days as (
    select * from {{ ref('int_deals__open_days') }}
),

settings as (
    select * from {{ ref('stg_embudo__settings') }}
),

last_days as (
    {%- for grain in ['week', 'month', 'quarter', 'year'] %}
    select
        deal_key,
        visit_number,
        rep_version_key,
        max(snapshot_on) as last_open_on,
        cast({{ dbt.last_day('snapshot_on', grain) }} as date) as period_end_on
    from open_days
    group by deal_key, visit_number, rep_version_key, period_end_on
    union all
    {%- endfor %}
    select
        deal_key,
        visit_number,
        rep_version_key,
        max(snapshot_on) as last_open_on,
        cast('9999-12-31' as date) as period_end_on
    from open_days
    group by deal_key, visit_number, rep_version_key
),

ended_periods as (
    select
        last_days.deal_key,
        last_days.visit_number,
        last_days.rep_version_key,
        max(last_days.last_open_on) as last_open_on,
        least(last_days.period_end_on, settings.as_of_on) as snapshot_on
    from last_days
    cross join settings
    where last_days.last_open_on < least(last_days.period_end_on, settings.as_of_on)
    group by
        last_days.deal_key, last_days.visit_number, last_days.rep_version_key,
        least(last_days.period_end_on, settings.as_of_on)
),

final as (
    select
        ended_periods.snapshot_on,
        ended_periods.deal_key,
        ended_periods.visit_number,
        open_days.stage,
        open_days.pipeline,
        open_days.account_key,
        open_days.contact_key,
        open_days.product_key,
        open_days.campaign_key,
        open_days.lead_key,
        ended_periods.rep_version_key,
        open_days.amount_local,
        open_days.currency
    from ended_periods
    inner join open_days
        on ended_periods.deal_key = open_days.deal_key
        and ended_periods.visit_number = open_days.visit_number
        and ended_periods.last_open_on = open_days.snapshot_on
)

select * from final
