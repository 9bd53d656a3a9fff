-- grain: one row per call
-- what changes from refresh to refresh (load numbers) stays in the private warehouse, so that a refresh and a full
-- rebuild give the same rows
{{ config(
    materialized='incremental',
    unique_key='call_key',
    incremental_strategy='delete+insert',
    on_schema_change='fail',
    post_hook="delete from {{ this }} where call_key in (
        select call_key from {{ ref('int_calls__newest') }} where _is_deleted
    )"
) }}

with changed as (
    select * from {{ ref('int_calls__changed') }}
),

calls as (
    select * from {{ ref('int_calls__newest') }}
    where not _is_deleted
    {% if is_incremental() %}
    and call_key in (select call_key from changed)
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

flagged as (
    select
        *,
        direction <> 'internal' and disposition = 'answered' as is_connected,
        direction = 'inbound' and disposition <> 'answered' as is_missed,
        direction = 'inbound' and disposition = 'abandoned' as is_abandoned
    from calls
),

final as (
    select
        -- keys
        flagged.call_key,
        agents.rep_version_key,
        agents.rep_key,
        matches.contact_key,
        matches.account_key,
        flagged.deal_key,
        flagged.campaign_key,

        -- attributes
        {{ keyed_hash('flagged.other_number') }} as number_hmac,
        flagged.direction,
        flagged.queue,
        flagged.disposition,
        flagged.is_connected,
        flagged.is_missed,
        flagged.is_abandoned,
        flagged.is_connected and coalesce(flagged.talk_seconds, 0) >= 30 as is_conversation,
        flagged.other_number is not null as is_number_known,
        flagged.is_missed
        and flagged.other_number is not null
        and coalesce(recoveries.is_recovered, false) as is_recovered,
        matches.match_method,
        coalesce(matches.match_count, 0) as match_count,
        agents.agent_match_method,

        -- measures
        flagged.wait_seconds,
        flagged.talk_seconds,
        flagged.hold_seconds,
        flagged.wrap_seconds,

        -- times
        flagged.started_at,
        flagged.started_on,
        case when flagged.is_missed and flagged.other_number is not null then recoveries.returned_at end
            as returned_at
    from flagged
    left join agents on agents.call_key = flagged.call_key
    left join matches
        on matches.interaction_key
        = case when flagged.direction <> 'internal' then 'call/' || flagged.call_key end
    left join recoveries on recoveries.call_key = flagged.call_key
)

select * from final
