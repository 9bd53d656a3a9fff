-- grain: one row per touch that reached a known contact or account: a campaign e-mail opened, clicked or replied to, a
-- connected call, another sales activity that took place, a social interaction other than an impression, a lead
with campaign_emails as (
    select * from {{ ref('int_email__messages') }}
    where is_sent and (is_opened or is_clicked or is_replied)
),

activities as (
    select * from {{ ref('int_activities__unified') }}
    where case when kind = 'call' then is_held else is_done or is_conversation end
),

interactions as (
    select * from {{ ref('stg_files__social_interactions') }}
    where kind <> 'impression'
),

leads as (
    select * from {{ ref('int_leads__resolved') }}
),

campaigns as (
    select * from {{ ref('stg_files__campaigns') }}
),

matches as (
    select * from {{ ref('int_interactions__matches') }}
),

final as (
    select
        'campaign_email/' || campaign_emails.email_key as touch_key,
        'campaign_email' as touch_kind,
        'email' as channel,
        campaign_emails.campaign_key,
        matches.contact_key,
        matches.account_key,
        cast(null as {{ dbt.type_string() }}) as rep_version_key,
        coalesce(least(first_opened_at, first_clicked_at, first_replied_at), sent_at) as touched_at
    from campaign_emails
    inner join matches on matches.interaction_key = 'email/' || campaign_emails.message_key
    union all
    select
        'activity/' || activity_key as touch_key,
        kind as touch_kind,
        case when kind = 'call' then 'phone' when kind = 'email' then 'email' else 'sales' end as channel,
        campaign_key,
        contact_key,
        account_key,
        rep_version_key,
        started_at as touched_at
    from activities
    union all
    select
        'social/' || interactions.interaction_key as touch_key,
        'social' as touch_kind,
        'social' as channel,
        interactions.campaign_key,
        matches.contact_key,
        matches.account_key,
        cast(null as {{ dbt.type_string() }}) as rep_version_key,
        interactions.occurred_at as touched_at
    from interactions
    inner join matches on matches.interaction_key = 'social/' || interactions.interaction_key
    union all
    select
        'lead/' || leads.lead_key as touch_key,
        'lead' as touch_kind,
        coalesce(leads.channel, campaigns.channel) as channel,
        leads.campaign_key,
        leads.contact_key,
        leads.account_key,
        leads.rep_version_key,
        leads.created_at as touched_at
    from leads
    left join campaigns on leads.campaign_key = campaigns.campaign_key
)

select * from final
where contact_key is not null or account_key is not null
