-- grain: one row per lead, with the contact and account that it is and its owner's version as of its creation
with leads as (
    select * from {{ ref('stg_files__leads') }}
),

contacts as (
    select * from {{ ref('int_leads__contacts') }}
),

user_versions as (
    select * from {{ ref('int_users__versions') }}
),

final as (
    select
        -- keys
        leads.lead_key,
        contacts.contact_key,
        coalesce(leads.account_key, contacts.account_key) as account_key,
        leads.campaign_key,
        user_versions.rep_version_key,
        leads.owner_key,

        -- attributes
        leads.channel,
        contacts.match_method,

        -- times
        leads.created_at,
        leads.qualified_at,
        leads.disqualified_at,
        leads.converted_at
    from leads
    left join contacts on leads.lead_key = contacts.lead_key
    left join user_versions
        on {{ is_version_at('user_versions', 'user_key', 'leads.owner_key', 'leads.created_at') }}
)

select * from final
