-- grain: one row per call
-- load numbers stay in the private warehouse, so that a refresh and a full rebuild give the same rows
{{ config(
    materialized='incremental', unique_key='call_key',
    incremental_strategy='delete+insert', on_schema_change='fail',
    post_hook="delete from {{ this }} where call_key in
        (select call_key from {{ ref('int_calls__newest') }} where _is_deleted)"
) }}

with changed_calls as (
    select * from {{ ref('int_calls__changed') }}
),

calls as (
    select * from {{ ref('int_calls__newest') }}
    where not _is_deleted
    {% if is_incremental() %}
    and call_key in (select call_key from changed_calls)
    {% endif %}
),

agents as (
    select * from {{ ref('int_calls__agents') }}
),

matches as (
    select * from {{ ref('int_interactions__matches') }}
),

recoveries as (
    select * from {{ ref('int_calls__recoveries') }}
),

final as (
    select
        -- keys
        calls.call_key,
        agents.rep_version_key,
        agents.rep_key,
        matches.contact_key,
        matches.account_key,
        calls.deal_key,
        calls.campaign_key,

        -- attributes
        {{ keyed_hash('calls.other_number') }} as number_hmac,
        calls.direction,
        calls.queue,
        calls.disposition,
        calls.is_connected,
        calls.is_missed,
        calls.is_abandoned,
        calls.is_offered,
        calls.is_conversation,
        calls.other_number is not null as is_number_known,
        calls.is_missed and calls.other_number is not null and coalesce(recoveries.is_recovered, false) as is_recovered,
        matches.match_method,
        coalesce(matches.match_count, 0) as match_count,
        agents.agent_match_method,

        -- measures
        calls.wait_seconds,
        calls.talk_seconds,
        calls.hold_seconds,
        calls.wrap_seconds,
        calls.handle_seconds,

        -- times
        calls.started_at,
        calls.started_on,
        {{ time_of_day('calls.started_at', 'started_hour') }},
        case when calls.is_missed and calls.other_number is not null then recoveries.returned_at end as returned_at
    from calls
    left join agents on agents.call_key = calls.call_key
    left join matches
        on matches.interaction_key = case when calls.direction <> 'internal' then 'call/' || calls.call_key end
    left join recoveries on recoveries.call_key = calls.call_key
)

select * from final
