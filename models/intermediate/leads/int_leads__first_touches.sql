-- grain: one row a lead with an outbound touch at or after its creation, with the first of them
-- what a rep did is outbound unless it says otherwise; notes and content are no touches
with leads as (
    select
        leads.lead_key,
        leads.created_at,
        contacts.contact_key
    from {{ ref('stg_files__leads') }} as leads
    left join {{ ref('int_leads__contacts') }} as contacts on leads.lead_key = contacts.lead_key
),

touches as (
    select
        lead_key,
        contact_key,
        started_at
    from {{ ref('fct_activities') }}
    where coalesce(direction, 'outbound') = 'outbound' and kind not in ('note', 'content')
),

matched as (
    select
        leads.lead_key,
        touches.started_at
    from leads
    inner join touches
        on leads.contact_key = touches.contact_key
        and leads.created_at <= touches.started_at
    union all
    select
        leads.lead_key,
        touches.started_at
    from leads
    inner join touches
        on leads.lead_key = touches.lead_key
        and leads.created_at <= touches.started_at
),

final as (
    select
        lead_key,
        min(started_at) as first_touch_at
    from matched
    group by lead_key
)

select * from final
