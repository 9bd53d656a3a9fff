-- grain: one row per event of a campaign email; versions are resolved downstream, where history is long
with source as (
    select * from {{ source('files', 'email_events') }}
),

final as (
    select
        -- keys
        {{ entity_key(['event_id']) }} as event_key,
        {{ reference_key('campaign_id', '_source') }} as campaign_key,
        {{ reference_key('contact_id') }} as contact_key,

        -- attributes
        event_id,
        campaign_id,
        recipient_email,
        contact_id,
        message_id,
        kind,
        occurred_at,
        is_machine,
        url,
        bounce_type,

        -- origin
        {{ origin_columns() }},
        _is_deleted
    from source
)

select * from final
