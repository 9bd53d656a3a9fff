-- grain: one row a deal, with the rep's version of the day it closed (open: of the data-as-of time)
with deals as (
    select * from {{ ref('int_deals__deals') }}
),

final as (
    select
        -- keys
        deal_key,
        account_key,
        contact_key,
        lead_key,
        product_key,
        campaign_key,
        rep_version_key,
        owner_key as rep_key,

        -- attributes
        pipeline,
        stage,
        status,
        deal_type,
        lost_reason,
        lead_channel,
        status = 'won' as is_won,
        status = 'lost' as is_lost,
        is_closed,

        -- measures
        amount,
        {{ dbt.datediff('created_on', 'closed_on', 'day') }} as cycle_days,

        -- times
        created_at,
        created_on,
        closed_at,
        closed_on,
        expected_close_on
    from deals
)

select * from final
