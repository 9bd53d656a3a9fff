-- grain: one row per event of a campaign email in its newest version, deleted ones too, so that an older version that
-- comes late cannot bring one back
-- a message is identified by the tool's id, else by campaign and recipient; its key contains no address in clear
-- replaced_message_key is the message before this version: only what comes after in the same refresh needs it
{{ config(materialized='incremental', unique_key='event_key', incremental_strategy='delete+insert') }}

with events as (
    select * from {{ ref('stg_files__email_events') }}
    {% if is_incremental() %}
    where _load_seq > {{ highest(this, '_load_seq') }}
    {% endif %}
),

event_versions as (
    select
        *,
        row_number() over (
            partition by event_key order by {{ version_order() }}
        ) as version_rank
    from events
),

newest_events as (
    select
        event_key,
        _source || ':' || {{ dbt.hash("campaign_key || '|' || coalesce(message_id, "
            ~ normalised_email('recipient_email') ~ ", contact_key, event_id)") }} as message_key,
        campaign_key,
        contact_key,
        {{ normalised_email('recipient_email') }} as email,
        kind,
        occurred_at,
        coalesce(is_machine, false) as is_machine,
        coalesce(kind = 'bounce' and lower(trim(bounce_type)) = 'soft', false) as is_soft_bounce,
        _load_seq,
        _file,
        _line,
        _is_deleted
    from event_versions
    where version_rank = 1
),

{% if is_incremental() %}
final as (
    select
        newest_events.*,
        existing.message_key as replaced_message_key
    from newest_events
    left join {{ this }} as existing on existing.event_key = newest_events.event_key
    where {{ is_newer_version('newest_events', 'existing', 'event_key') }}
)
{% else %}
final as (
    select *, cast(null as {{ dbt.type_string() }}) as replaced_message_key from newest_events
)
{% endif %}

select * from final
