-- grain: one row per lead with an outbound touch at or after its creation, with the first of them and whose it was
-- what is planned for after the data-as-of time has touched nobody yet
-- what a rep did is outbound where no direction is given; notes and content are no touches
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
        activities.lead_key,
        activities.contact_key,
        activities.activity_key,
        activities.rep_version_key,
        activities.started_at
    from {{ ref('int_activities__unified') }} as activities
    inner join {{ ref('stg_embudo__settings') }} as settings
        on activities.started_at <= settings.as_of
    where
        coalesce(activities.direction, 'outbound') = 'outbound'
        and activities.kind not in ({{ quoted_list(var('untouching_kinds')) }})
),

lead_touches as (
    select
        leads.lead_key,
        touches.activity_key,
        touches.rep_version_key,
        touches.started_at
    from leads
    inner join touches
        on leads.contact_key = touches.contact_key
        and leads.created_at <= touches.started_at
    union all
    select
        leads.lead_key,
        touches.activity_key,
        touches.rep_version_key,
        touches.started_at
    from leads
    inner join touches
        on leads.lead_key = touches.lead_key
        and leads.created_at <= touches.started_at
),

touches_by_lead as (
    select
        *,
        row_number() over (partition by lead_key order by started_at, activity_key) as touch_number
    from lead_touches
),

user_versions as (
    select * from {{ ref('int_users__versions') }}
),

final as (
    select
        touches_by_lead.lead_key,
        user_versions.user_key as agent_key,
        user_versions.full_name as agent_name,
        user_versions.team as agent_team,
        user_versions.direction as agent_direction,
        touches_by_lead.started_at as first_touch_at
    from touches_by_lead
    left join user_versions on touches_by_lead.rep_version_key = user_versions.rep_version_key
    where touches_by_lead.touch_number = 1
)

select * from final
