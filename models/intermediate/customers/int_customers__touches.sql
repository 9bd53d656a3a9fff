-- grain: one row per touch that reached somebody known: a campaign e-mail opened, clicked or replied to, a connected call,
-- another sales activity that took place, a social interaction but impressions, a lead
with campaign_emails as (
    select * from {{ ref('fct_campaign_emails') }}
    where is_opened or is_clicked or is_replied
),

campaigns as (
    select * from {{ ref('dim_campaigns') }}
),

final as (
    select
        'campaign_email/' || email_key as touch_key,
        'campaign_email' as touch_kind,
        'email' as channel,
        campaign_key,
        contact_key,
        account_key,
        cast(null as {{ dbt.type_string() }}) as rep_version_key,
        coalesce(least(first_opened_at, first_clicked_at, first_replied_at), sent_at) as touched_at
    from campaign_emails
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
    from {{ ref('fct_activities') }}
    where case when kind = 'call' then is_held else is_done or is_conversation end
    union all
    select
        'social/' || interaction_key as touch_key,
        'social' as touch_kind,
        'social' as channel,
        campaign_key,
        contact_key,
        account_key,
        cast(null as {{ dbt.type_string() }}) as rep_version_key,
        occurred_at as touched_at
    from {{ ref('fct_social_interactions') }}
    where kind <> 'impression'
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
    from {{ ref('fct_leads') }} as leads
    left join campaigns on leads.campaign_key = campaigns.campaign_key
)

select * from final
where contact_key is not null or account_key is not null
