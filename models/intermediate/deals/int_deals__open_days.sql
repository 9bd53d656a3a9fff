-- grain: one row per deal and day at whose end it was open, in the stage and with the rep's version as of that day
with open_periods as (
    select * from {{ ref('int_deals__open_periods') }}
),

closed_periods as (
    select * from {{ ref('int_deals__closed_periods') }}
),

days as (
    select * from {{ ref('int_time__days') }}
),

user_versions as (
    select * from {{ ref('int_users__versions') }}
),

final as (
    select
        days.date_on as snapshot_on,
        open_periods.deal_key,
        open_periods.visit_number,
        open_periods.stage_in_period as stage,
        open_periods.pipeline,
        open_periods.account_key,
        open_periods.contact_key,
        open_periods.product_key,
        open_periods.campaign_key,
        open_periods.lead_key,
        user_versions.rep_version_key,
        open_periods.amount_local,
        open_periods.currency
    from open_periods
    inner join days
        on days.date_on >= open_periods.stage_from_on
        and days.date_on < open_periods.stage_to_on
    left join closed_periods
        on open_periods.deal_key = closed_periods.deal_key
        and days.date_on >= closed_periods.closed_on
        and days.date_on < closed_periods.reopened_on
    -- the version at the end of the day
    left join user_versions
        on {{ is_version_on('user_versions', 'user_key', 'open_periods.owner_key', 'days.date_on') }}
    where closed_periods.deal_key is null
)

select * from final
