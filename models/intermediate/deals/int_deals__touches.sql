-- grain: one row per deal and activity with the deal itself or with its contact, up to the data-as-of time
with deals as (
    select
        deal_key,
        contact_key
    from {{ ref('int_deals__deals') }}
),

activities as (
    select activities.*
    from {{ ref('int_activities__unified') }} as activities
    inner join {{ ref('stg_embudo__settings') }} as settings
        on activities.started_at <= settings.as_of
    where activities.kind not in ({{ quoted_list(var('untouching_kinds')) }})
),

deal_activities as (
    select
        deals.deal_key,
        activities.activity_key
    from deals
    inner join activities on deals.deal_key = activities.deal_key
    union
    select
        deals.deal_key,
        activities.activity_key
    from deals
    inner join activities on deals.contact_key = activities.contact_key
),

final as (
    select
        deal_activities.deal_key,
        activities.activity_key,
        activities.rep_key,
        activities.rep_version_key,
        activities.is_held or activities.is_conversation as is_attended,
        activities.started_at
    from deal_activities
    inner join activities on deal_activities.activity_key = activities.activity_key
)

select * from final
