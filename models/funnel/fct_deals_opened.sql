-- grain: one row per deal whose creation date is known, with the rep's version as of it (SCD type 2)
-- apart from fct_deals, since a deal may be opened under one team and closed under another
with deals as (
    select * from {{ ref('int_deals__deals') }}
),

final as (
    select
        -- keys
        deal_key as opened_deal_key,
        deal_key,
        account_key,
        contact_key,
        lead_key,
        product_key,
        campaign_key,
        opening_rep_version_key as rep_version_key,
        owner_key as rep_key,

        -- measures
        amount,

        -- times
        created_at,
        created_on
    from deals
    where created_at is not null
)

select * from final
