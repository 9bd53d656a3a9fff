-- grain: one row per call, with the user who made or took it, in the version as of the call (SCD type 2)
-- a refresh resolves again new and changed calls and at those whose agent's key means somebody else or whose user has
-- changed versions; matched_seq is the load of the refresh that last wrote the row
{{ config(materialized='incremental', unique_key='call_key', incremental_strategy='delete+insert') }}

with calls as (
    select * from {{ ref('int_calls__newest') }}
),

keys as (
    select * from {{ ref('int_users__keys') }}
),

user_versions as (
    select * from {{ ref('int_users__versions') }}
),

{% if is_incremental() %}
{% set seen = highest(this, 'matched_seq') %}
stale_keys as (
    select key_value from keys
    where changed_seq > {{ seen }}
),

stale_calls as (
    select * from calls
    where
        _load_seq > {{ seen }}
        or agent_key in (select key_value from stale_keys)
        or agent_text in (select key_value from stale_keys)
),
{% else %}
stale_calls as (
    select * from calls
),
{% endif %}

call_agents as (
    select
        stale_calls.call_key,
        stale_calls.started_at,
        coalesce(by_key.user_key, by_text.user_key) as rep_key,
        case when by_key.user_key is not null then 'id' else by_text.key_kind end as agent_match_method
    from stale_calls
    left join keys as by_key
        on by_key.key_kind = 'id'
        and by_key.key_value = stale_calls.agent_key
        and by_key.user_key is not null
    left join keys as by_text
        on by_text.key_kind <> 'id'
        and by_text.key_value = stale_calls.agent_text
        and by_text.user_key is not null
),

final as (
    select
        call_agents.call_key,
        call_agents.rep_key,
        user_versions.rep_version_key,
        call_agents.agent_match_method,
        cast({{ current_load() }} as bigint) as matched_seq
    from call_agents
    left join user_versions
        on {{ is_version_at('user_versions', 'user_key', 'call_agents.rep_key', 'call_agents.started_at') }}
)

select * from final
