-- grain: one row per deal, in the reporting currency at the rate of the day it closed, or was created
with settings as (
    select * from {{ ref('stg_embudo__settings') }}
),

deals as (
    select
        deals.*,
        coalesce(deals.pipeline, 'default') as pipeline_name,
        deals.status <> 'open' as is_closed,
        case when deals.status <> 'open' then deals.closed_at end as ended_at,
        {{ local_date('deals.created_at') }} as created_on,
        case when deals.status <> 'open' then {{ local_date('deals.closed_at') }} end as closed_on,
        settings.as_of,
        settings.as_of_on
    from {{ ref('stg_files__deals') }} as deals
    cross join settings
),

origins as (
    select * from {{ ref('int_deals__origins') }}
),

user_versions as (
    select * from {{ ref('int_users__versions') }}
),

final as (
    select
        deals.deal_key,
        deals.account_key,
        deals.contact_key,
        coalesce(origins.lead_key, deals.lead_key) as lead_key,
        deals.product_key,
        origins.campaign_key,
        deals.owner_key,
        user_versions.rep_version_key,
        opening_versions.rep_version_key as opening_rep_version_key,
        deals.pipeline_name as pipeline,
        deals.stage,
        deals.status,
        deals.deal_type,
        deals.lost_reason,
        origins.channel as lead_channel,
        deals.is_closed,
        {{ reporting_amount('deals.amount') }} as amount,
        deals.amount as amount_local,
        deals.currency,
        deals.created_at,
        deals.created_on,
        deals.ended_at as closed_at,
        deals.closed_on,
        deals.expected_close_on,
        deals.updated_at
    from deals
    left join origins on deals.deal_key = origins.deal_key
    left join user_versions
        on {{ is_version_at('user_versions', 'user_key', 'deals.owner_key', 'coalesce(deals.ended_at, deals.as_of)') }}
    left join user_versions as opening_versions
        on {{ is_version_at('opening_versions', 'user_key', 'deals.owner_key', 'coalesce(deals.created_at, deals.as_of)') }}
    {{ join_rates('deals.currency', 'coalesce(deals.closed_on, deals.created_on, deals.as_of_on)') }}
)

select * from final
