-- grain: one row per deal that is open at the data-as-of time; one in a won or lost stage is not, whatever its status
with settings as (
    select * from {{ ref('stg_embudo__settings') }}
),

deals as (
    select deals.*
    from {{ ref('int_deals__deals') }} as deals
    left join {{ ref('int_deals__stages') }} as stages
        on deals.pipeline = stages.pipeline
        and deals.stage = stages.stage
    cross join settings
    where not deals.is_closed
        and not coalesce(stages.is_closing_stage, false)
        and (deals.created_at <= settings.as_of or deals.created_at is null)
),

last_touches as (
    select
        deal_key,
        max(started_at) as last_activity_at
    from {{ ref('int_deals__touches') }}
    group by deal_key
),

final as (
    select
        -- keys
        deals.deal_key as current_deal_key,
        deals.deal_key,
        deals.account_key,
        deals.contact_key,
        deals.product_key,
        deals.campaign_key,
        deals.rep_version_key,
        deals.owner_key as rep_key,

        -- attributes
        deals.pipeline,
        deals.stage,
        coalesce(
            {{ seconds_between('greatest(deals.created_at, last_touches.last_activity_at)', 'settings.as_of') }}
            >= {{ var('stale_opportunity_days') }} * 86400,
            true
        ) as is_stale,

        -- measures
        deals.amount,
        {{ dbt.datediff(
            local_date('greatest(deals.created_at, last_touches.last_activity_at)'), 'settings.as_of_on', 'day'
        ) }} as idle_days,

        -- times
        deals.created_on,
        last_touches.last_activity_at,
        greatest(deals.created_at, last_touches.last_activity_at) as idle_since_at,
        deals.expected_close_on,
        settings.as_of_on
    from deals
    left join last_touches on deals.deal_key = last_touches.deal_key
    cross join settings
)

select * from final
