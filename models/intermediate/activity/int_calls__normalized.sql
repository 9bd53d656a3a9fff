-- grain: one row per version of a call that landed, with the other party's number in E.164, its durations and its flags
{{ config(materialized='view') }}

with calls as (
    select
        *,
        case
            when direction = 'inbound' then {{ dialled('from_number') }}
            when direction = 'outbound' then {{ dialled('to_number') }}
        end as other_dialled,
        lower(trim(coalesce(
            agent_id,
            case when direction = 'inbound' then to_number when direction = 'outbound' then from_number end
        ))) as agent_text,
        coalesce(wait_seconds, {{ seconds_between('started_at', 'answered_at') }}) as known_wait_seconds,
        coalesce(talk_seconds, {{ seconds_between('answered_at', 'ended_at') }}) as known_talk_seconds,
        direction <> 'internal' and disposition = 'answered' as is_connected
    from {{ ref('stg_files__calls') }}
),

calling_codes as (
    select * from {{ ref('calling_codes') }}
    where country = '{{ var("country") | upper }}'
),

final as (
    select
        -- keys
        calls.call_key,
        calls.agent_key,
        calls.agent_text,
        calls.campaign_key,
        calls.contact_key,
        calls.deal_key,

        -- attributes
        calls.direction,
        calls.queue,
        calls.disposition,
        {{ e164('calls.other_dialled', 'calling_codes') }} as other_number,
        calls.is_connected,
        calls.direction = 'inbound' and calls.disposition <> 'answered' as is_missed,
        calls.direction = 'inbound' and calls.disposition = 'abandoned' as is_abandoned,
        calls.is_connected
        and calls.direction = 'inbound'
        and coalesce(calls.known_wait_seconds <= {{ var('service_level_seconds') }}, false) as is_answered_in_time,
        calls.is_connected
        and coalesce(calls.known_talk_seconds, 0) >= {{ var('conversation_seconds') }} as is_conversation,

        -- measures
        calls.known_wait_seconds as wait_seconds,
        calls.known_talk_seconds as talk_seconds,
        calls.hold_seconds,
        calls.wrap_seconds,

        -- times
        calls.started_at,
        {{ local_date('calls.started_at') }} as started_on,

        -- origin
        calls._load_seq,
        calls._file,
        calls._line,
        calls._is_deleted
    from calls
    left join calling_codes on true
)

select * from final
