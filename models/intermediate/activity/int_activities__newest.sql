-- grain: one row per activity in its newest version, deleted ones too, so that an older version that comes late cannot
-- bring one back
{{ config(materialized='incremental', unique_key='activity_key', incremental_strategy='delete+insert') }}

with activities as (
    select * from {{ ref('stg_files__activities') }}
    {% if is_incremental() %}
    where _load_seq > {{ highest(this, '_load_seq') }}
    {% endif %}
),

ranked as (
    select
        *,
        row_number() over (
            partition by activity_key order by _file desc, _load_seq desc, _line desc
        ) as version_rank
    from activities
),

prepared as (
    select
        activity_key,
        owner_key,
        contact_key,
        deal_key,
        lead_key,
        kind,
        lower(trim(direction)) as direction,
        lower(trim(outcome)) as outcome,
        started_at,
        {{ local_date('started_at') }} as started_on,
        {{ seconds_between('started_at', 'ended_at') }} as duration_seconds,
        _load_seq,
        _file,
        _line,
        _is_deleted
    from ranked
    where version_rank = 1
),

final as (
    select prepared.* from prepared
    {% if is_incremental() %}
    left join {{ this }} as existing on existing.activity_key = prepared.activity_key
    where
        existing.activity_key is null
        or prepared._file > existing._file
        or (prepared._file = existing._file and prepared._load_seq > existing._load_seq)
    {% endif %}
)

select * from final
