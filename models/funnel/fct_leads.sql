-- grain: one row per lead
with leads as (
    select * from {{ ref('int_leads__resolved') }}
),

addresses as (
    select * from {{ ref('int_leads__addresses') }}
),

first_touches as (
    select * from {{ ref('int_leads__first_touches') }}
),

deals as (
    select * from {{ ref('int_leads__deals') }}
),

settings as (
    select * from {{ ref('stg_embudo__settings') }}
),

final as (
    select
        -- keys
        leads.lead_key,
        leads.contact_key,
        leads.account_key,
        leads.campaign_key,
        deals.deal_key,
        leads.rep_version_key,
        leads.owner_key as rep_key,
        first_touches.agent_key,

        -- attributes
        {{ keyed_hash('addresses.email') }} as email_hmac,
        {{ keyed_hash('addresses.phone') }} as phone_hmac,
        leads.channel,
        leads.match_method,
        first_touches.agent_name,
        first_touches.agent_team,
        first_touches.agent_direction,
        leads.qualified_at is not null as is_qualified,
        leads.disqualified_at is not null as is_disqualified,
        first_touches.first_touch_at is not null as is_contacted,
        coalesce(
            {{ seconds_between('leads.created_at', 'first_touches.first_touch_at') }}
            <= {{ var('lead_response_seconds') }}, false
        ) as is_contacted_within_1h,
        coalesce(
            {{ seconds_between('leads.created_at', 'settings.as_of') }} >= {{ var('lead_response_seconds') }}, false
        ) as is_hour_old,

        -- measures
        {{ seconds_between('leads.created_at', 'first_touches.first_touch_at') }} as response_seconds,

        -- times
        leads.created_at,
        {{ local_date('leads.created_at') }} as created_on,
        {{ time_of_day('leads.created_at', 'created_hour') }},
        first_touches.first_touch_at,
        {{ local_date('leads.qualified_at') }} as qualified_on,
        {{ local_date('leads.converted_at') }} as converted_on,
        deals.deal_created_on,
        deals.won_on
    from leads
    left join addresses on leads.lead_key = addresses.lead_key
    left join first_touches on leads.lead_key = first_touches.lead_key
    left join deals on leads.lead_key = deals.lead_key
    cross join settings
)

select * from final
