-- grain: one row per event of a campaign email in its newest version, deleted ones too, so that an older version that
-- comes late cannot bring one back
-- a message is identified by the tool's id, else by campaign and recipient; its key holds no address in clear
-- replaced_message_key is the message before this version: only what comes after in the same refresh needs it
{{ config(materialized='incremental', unique_key='event_key', incremental_strategy='delete+insert') }}

with events as (
    select * from {{ ref('stg_files__email_events') }}
    {% if is_incremental() %}
    where _load_seq > {{ highest(this, '_load_seq') }}
    {% endif %}
),

ranked as (
    select
        *,
        row_number() over (
            partition by event_key order by _file desc, _load_seq desc, _line desc
        ) as version_rank
    from events
),

prepared as (
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
        _load_seq,
        _file,
        _line,
        _is_deleted
    from ranked
    where version_rank = 1
),

{% if is_incremental() %}
final as (
    select
        prepared.*,
        existing.message_key as replaced_message_key
    from prepared
    left join {{ this }} as existing on existing.event_key = prepared.event_key
    where
        existing.event_key is null
        or prepared._file > existing._file
        or (prepared._file = existing._file and prepared._load_seq > existing._load_seq)
)
{% else %}
final as (
    select *, cast(null as {{ dbt.type_string() }}) as replaced_message_key from prepared
)
{% endif %}

select * from final
