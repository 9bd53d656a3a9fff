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
        ))) as agent_text
    from {{ ref('int_calls__durations') }}
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
        calls.is_answered and calls.direction <> 'internal' as is_connected,
        calls.direction = 'inbound' and not calls.is_answered as is_missed,
        calls.direction = 'inbound' and calls.disposition = 'abandoned' as is_abandoned,
        calls.direction = 'inbound' and not (
            calls.disposition = 'abandoned'
            and coalesce(calls.known_wait_seconds < {{ var('short_abandon_seconds') }}, false)
        ) as is_offered,
        calls.is_answered
        and calls.direction <> 'internal'
        and coalesce(calls.known_talk_seconds, calls.answered_seconds, 0)
        >= {{ var('conversation_seconds') }} as is_conversation,

        -- measures
        calls.known_wait_seconds as wait_seconds,
        calls.known_talk_seconds as talk_seconds,
        calls.hold_seconds,
        calls.wrap_seconds,
        calls.handle_seconds,

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
