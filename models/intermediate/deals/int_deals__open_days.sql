-- grain: one row per deal and day at whose end it was open, in the stage and with the rep's version as of that day
with stretches as (
    select * from {{ ref('int_deals__open_stretches') }}
),

dates as (
    select date_on from {{ ref('dim_dates') }}
),

versions as (
    select * from {{ ref('int_users__versions') }}
),

final as (
    select
        dates.date_on as snapshot_on,
        stretches.deal_key,
        stretches.visit_number,
        stretches.stage_then as stage,
        stretches.pipeline,
        stretches.account_key,
        stretches.contact_key,
        stretches.product_key,
        stretches.campaign_key,
        stretches.lead_key,
        versions.rep_version_key,
        stretches.amount_local,
        stretches.currency
    from stretches
    inner join dates
        on dates.date_on >= stretches.stage_from_on
        and dates.date_on < stretches.stage_to_on
    -- the version at the end of the day
    left join versions
        on {{ is_version_on('versions', 'user_key', 'stretches.owner_key', 'dates.date_on') }}
)

select * from final
