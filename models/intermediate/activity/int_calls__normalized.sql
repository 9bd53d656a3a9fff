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
        {{ seconds_between('answered_at', 'ended_at') }} as answered_seconds,
        disposition = 'answered' as is_answered
    from {{ ref('stg_files__calls') }}
),

-- from answer to end somebody talks or is on hold: talk is known only where hold is
durations as (
    select
        *,
        case
            when is_answered and talk_seconds is not null then talk_seconds
            when is_answered and hold_seconds <= answered_seconds then answered_seconds - hold_seconds
        end as known_talk_seconds,
        case
            when is_answered
            then coalesce(talk_seconds + coalesce(hold_seconds, 0), answered_seconds) + coalesce(wrap_seconds, 0)
        end as handle_seconds
    from calls
),

calling_codes as (
    select * from {{ ref('calling_codes') }}
    where country = '{{ var("country") | upper }}'
),

final as (
    select
        -- keys
        durations.call_key,
        durations.agent_key,
        durations.agent_text,
        durations.campaign_key,
        durations.contact_key,
        durations.deal_key,

        -- attributes
        durations.direction,
        durations.queue,
        durations.disposition,
        {{ e164('durations.other_dialled', 'calling_codes') }} as other_number,
        durations.is_answered and durations.direction <> 'internal' as is_connected,
        durations.direction = 'inbound' and not durations.is_answered as is_missed,
        durations.direction = 'inbound' and durations.disposition = 'abandoned' as is_abandoned,
        durations.direction = 'inbound' and not (
            durations.disposition = 'abandoned'
            and coalesce(durations.known_wait_seconds < {{ var('short_abandon_seconds') }}, false)
        ) as is_offered,
        durations.is_answered
        and durations.direction <> 'internal'
        and coalesce(durations.known_talk_seconds, durations.answered_seconds, 0)
        >= {{ var('conversation_seconds') }} as is_conversation,

        -- measures
        durations.known_wait_seconds as wait_seconds,
        durations.known_talk_seconds as talk_seconds,
        durations.hold_seconds,
        durations.wrap_seconds,
        durations.handle_seconds,

        -- times
        durations.started_at,
        {{ local_date('durations.started_at') }} as started_on,

        -- origin
        durations._load_seq,
        durations._file,
        durations._line,
        durations._is_deleted
    from durations
    left join calling_codes on true
)

select * from final
