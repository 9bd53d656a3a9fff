-- grain: one row per call in its newest version, deleted ones too, so that an older version that comes late cannot
-- bring one back
-- replaced_number is the other party before this version: only what comes after in the same refresh needs it
{{ config(materialized='incremental', unique_key='call_key', incremental_strategy='delete+insert') }}

with call_versions as (
    select
        *,
        row_number() over (partition by call_key order by {{ version_order() }}) as version_rank
    from {{ ref('int_calls__normalized') }}
    {% if is_incremental() %}
    where _load_seq > {{ highest(this, '_load_seq') }}
    {% endif %}
),

final as (
    select
        -- keys
        call_versions.call_key,
        call_versions.agent_key,
        call_versions.agent_text,
        call_versions.campaign_key,
        call_versions.contact_key,
        call_versions.deal_key,

        -- attributes
        call_versions.direction,
        call_versions.queue,
        call_versions.disposition,
        call_versions.other_number,
        {% if is_incremental() %}existing.other_number{% else %}cast(null as {{ dbt.type_string() }}){% endif %}
            as replaced_number,
        call_versions.is_connected,
        call_versions.is_missed,
        call_versions.is_abandoned,
        call_versions.is_offered,
        call_versions.is_conversation,

        -- measures
        call_versions.wait_seconds,
        call_versions.talk_seconds,
        call_versions.hold_seconds,
        call_versions.wrap_seconds,
        call_versions.handle_seconds,

        -- times
        call_versions.started_at,
        call_versions.started_on,

        -- origin
        call_versions._load_seq,
        call_versions._file,
        call_versions._line,
        call_versions._is_deleted
    from call_versions
    {% if is_incremental() %}
    left join {{ this }} as existing on existing.call_key = call_versions.call_key
    {% endif %}
    where
        call_versions.version_rank = 1
        {% if is_incremental() %}
        and {{ is_newer_version('call_versions', 'existing', 'call_key') }}
        {% endif %}
)

select * from final
