-- grain: one row per lead
with leads as (
    select * from {{ ref('stg_files__leads') }}
),

addresses as (
    select * from {{ ref('int_leads__addresses') }}
),

contacts as (
    select * from {{ ref('int_leads__contacts') }}
),

first_touches as (
    select * from {{ ref('int_leads__first_touches') }}
),

deals as (
    select * from {{ ref('int_leads__deals') }}
),

versions as (
    select * from {{ ref('int_users__versions') }}
),

settings as (
    select * from {{ source('embudo', 'settings') }}
),

final as (
    select
        -- keys
        leads.lead_key,
        contacts.contact_key,
        coalesce(leads.account_key, contacts.account_key) as account_key,
        leads.campaign_key,
        deals.deal_key,
        versions.rep_version_key,
        leads.owner_key as rep_key,
        first_touches.agent_key,

        -- attributes
        {{ keyed_hash('addresses.email') }} as email_hmac,
        {{ keyed_hash('addresses.phone') }} as phone_hmac,
        leads.channel,
        contacts.match_method,
        first_touches.agent_name,
        first_touches.agent_team,
        first_touches.agent_direction,
        leads.qualified_at is not null as is_qualified,
        leads.disqualified_at is not null as is_disqualified,
        first_touches.first_touch_at is not null as is_contacted,
        coalesce(
            {{ seconds_between('leads.created_at', 'first_touches.first_touch_at') }} <= 3600, false
        ) as is_contacted_within_1h,
        coalesce({{ seconds_between('leads.created_at', 'settings.as_of') }} >= 3600, false) as is_hour_old,

        -- measures
        {{ seconds_between('leads.created_at', 'first_touches.first_touch_at') }} as response_seconds,

        -- times
        leads.created_at,
        {{ local_date('leads.created_at') }} as created_on,
        first_touches.first_touch_at,
        {{ local_date('leads.qualified_at') }} as qualified_on,
        {{ local_date('leads.converted_at') }} as converted_on,
        deals.deal_created_on,
        deals.won_on
    from leads
    left join addresses on leads.lead_key = addresses.lead_key
    left join contacts on leads.lead_key = contacts.lead_key
    left join first_touches on leads.lead_key = first_touches.lead_key
    left join deals on leads.lead_key = deals.lead_key
    left join versions
        on {{ is_version_at('versions', 'user_key', 'leads.owner_key', 'leads.created_at') }}
    cross join settings
)

select * from final
