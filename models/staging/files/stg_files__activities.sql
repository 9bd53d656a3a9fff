-- grain: one row per sales activity logged in the CRM; calls have their own stream; versions are resolved downstream, where history is long
with source as (
    select * from {{ source('files', 'activities') }}
),

final as (
    select
        -- keys
        {{ entity_key(['activity_id']) }} as activity_key,
        {{ reference_key('owner_id') }} as owner_key,
        {{ reference_key('contact_id') }} as contact_key,
        {{ reference_key('deal_id') }} as deal_key,
        {{ reference_key('lead_id') }} as lead_key,

        -- attributes
        activity_id,
        kind,
        direction,
        owner_id,
        contact_id,
        deal_id,
        lead_id,
        started_at,
        ended_at,
        outcome,

        -- origin
        {{ origin_columns() }},
        _is_deleted
    from source
)

select * from final
