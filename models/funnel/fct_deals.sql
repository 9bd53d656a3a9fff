-- grain: one row per deal, with the rep's version as of the day it closed (open: as of the data-as-of time)
with deals as (
    select * from {{ ref('int_deals__deals') }}
),

attendants as (
    select * from {{ ref('int_deals__attendants') }}
),

final as (
    select
        -- keys
        deals.deal_key,
        deals.account_key,
        deals.contact_key,
        deals.lead_key,
        deals.product_key,
        deals.campaign_key,
        deals.rep_version_key,
        deals.owner_key as rep_key,
        attendants.agent_key,

        -- attributes
        deals.pipeline,
        deals.stage,
        deals.status,
        deals.deal_type,
        deals.lost_reason,
        deals.lead_channel,
        attendants.agent_name,
        attendants.agent_team,
        attendants.agent_direction,
        deals.status = 'won' as is_won,
        deals.status = 'lost' as is_lost,
        deals.is_closed,

        -- measures
        deals.amount,
        {{ dbt.datediff('deals.created_on', 'deals.closed_on', 'day') }} as cycle_days,

        -- times
        deals.created_at,
        deals.created_on,
        deals.closed_at,
        deals.closed_on,
        deals.expected_close_on
    from deals
    left join attendants on deals.deal_key = attendants.deal_key
)

select * from final
