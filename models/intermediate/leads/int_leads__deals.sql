-- grain: one row per lead that became a deal, named by the lead or by the deal, with its first deal and first win
with leads as (
    select * from {{ ref('stg_files__leads') }}
),

deals as (
    select * from {{ ref('int_deals__deals') }}
),

deal_links as (
    select
        lead_key,
        deal_key
    from leads
    where deal_key is not null
    union
    select
        lead_key,
        deal_key
    from {{ ref('stg_files__deals') }}
    where lead_key is not null
),

deals_by_lead as (
    select
        deal_links.lead_key,
        deal_links.deal_key,
        deals.created_on,
        case when deals.status = 'won' then deals.closed_on end as won_on,
        row_number() over (
            partition by deal_links.lead_key
            order by deals.created_at asc nulls last, deal_links.deal_key
        ) as deal_rank
    from deal_links
    inner join deals on deal_links.deal_key = deals.deal_key
),

final as (
    select
        lead_key,
        max(case when deal_rank = 1 then deal_key end) as deal_key,
        min(created_on) as deal_created_on,
        min(won_on) as won_on
    from deals_by_lead
    group by lead_key
)

select * from final
