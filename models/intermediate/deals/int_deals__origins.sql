-- grain: one row per deal that came from a lead, with that lead's channel and campaign
-- where several leads name the deal, the first of them counts
with deals as (
    select * from {{ ref('stg_files__deals') }}
),

leads as (
    select * from {{ ref('stg_files__leads') }}
),

lead_links as (
    select
        deals.deal_key,
        leads.lead_key,
        leads.channel,
        leads.campaign_key,
        leads.created_at,
        0 as link_rank
    from deals
    inner join leads on deals.lead_key = leads.lead_key
    union all
    select
        deal_key,
        lead_key,
        channel,
        campaign_key,
        created_at,
        1 as link_rank
    from leads
    where deal_key is not null
),

leads_by_deal as (
    select
        *,
        row_number() over (
            partition by deal_key order by link_rank, created_at, lead_key
        ) as lead_rank
    from lead_links
),

final as (
    select
        deal_key,
        lead_key,
        channel,
        campaign_key
    from leads_by_deal
    where lead_rank = 1
)

select * from final
