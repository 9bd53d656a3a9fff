-- grain: one row per call in its newest version, deleted ones too, so that an older version that comes late cannot
-- bring one back
-- replaced_number is the other party before this version: only what comes after in the same refresh needs it
{{ config(materialized='incremental', unique_key='call_key', incremental_strategy='delete+insert') }}

with calls as (
    select * from {{ ref('stg_files__calls') }}
    {% if is_incremental() %}
    where _load_seq > {{ highest(this, '_load_seq') }}
    {% endif %}
),

ranked as (
    select
        *,
        row_number() over (
            partition by call_key order by _file desc, _load_seq desc, _line desc
        ) as version_rank
    from calls
),

dialled as (
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
    from ranked
    where version_rank = 1
),

prepared as (
    select
        dialled.call_key,
        dialled.agent_key,
        dialled.agent_text,
        dialled.campaign_key,
        dialled.contact_key,
        dialled.deal_key,
        dialled.direction,
        dialled.queue,
        dialled.disposition,
        {{ e164('dialled.other_dialled') }} as other_number,
        coalesce(
            dialled.wait_seconds,
            {{ seconds_between('dialled.started_at', 'dialled.answered_at') }}
        ) as wait_seconds,
        coalesce(
            dialled.talk_seconds,
            {{ seconds_between('dialled.answered_at', 'dialled.ended_at') }}
        ) as talk_seconds,
        dialled.hold_seconds,
        dialled.wrap_seconds,
        dialled.started_at,
        {{ local_date('dialled.started_at') }} as started_on,
        dialled._load_seq,
        dialled._file,
        dialled._line,
        dialled._is_deleted
    from dialled
    left join {{ ref('calling_codes') }} as codes on codes.country = '{{ var("country") | upper }}'
),

{% if is_incremental() %}
final as (
    select
        prepared.*,
        existing.other_number as replaced_number
    from prepared
    left join {{ this }} as existing on existing.call_key = prepared.call_key
    where
        existing.call_key is null
        or prepared._file > existing._file
        or (prepared._file = existing._file and prepared._load_seq > existing._load_seq)
)
{% else %}
final as (
    select *, cast(null as {{ dbt.type_string() }}) as replaced_number from prepared
)
{% endif %}

select * from final
