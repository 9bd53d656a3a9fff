-- grain: one row per call of the phone system; versions are resolved downstream, where history is long
with source as (
    select * from {{ source('files', 'calls') }}
),

final as (
    select
        -- keys
        {{ entity_key(['call_id']) }} as call_key,
        {{ reference_key('agent_id') }} as agent_key,
        {{ reference_key('campaign_id') }} as campaign_key,
        {{ reference_key('contact_id') }} as contact_key,
        {{ reference_key('deal_id') }} as deal_key,

        -- attributes
        call_id,
        direction,
        from_number,
        to_number,
        queue,
        agent_id,
        started_at,
        answered_at,
        ended_at,
        wait_seconds,
        talk_seconds,
        hold_seconds,
        wrap_seconds,
        disposition,
        campaign_id,
        contact_id,
        deal_id,
        recording_url,

        -- origin
        {{ origin_columns() }},
        _is_deleted
    from source
)

select * from final
