-- grain: one row per version of a call that landed, with the seconds that are known of it, whichever columns its log has
{{ config(materialized='view') }}

with calls as (
    select
        *,
        coalesce(wait_seconds, {{ seconds_between('started_at', 'answered_at') }}) as known_wait_seconds,
        {{ seconds_between('answered_at', 'ended_at') }} as answered_seconds,
        disposition = 'answered' as is_answered
    from {{ ref('stg_files__calls') }}
),

-- from answer to end somebody talks or is on hold: talk is known only where hold is
final as (
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
)

select * from final
