-- grain: one row per activity in its newest version, deleted ones too, so that an older version that comes late cannot
-- bring one back
{{ config(materialized='incremental', unique_key='activity_key', incremental_strategy='delete+insert') }}

with activities as (
    select * from {{ ref('stg_files__activities') }}
    {% if is_incremental() %}
    where _load_seq > {{ highest(this, '_load_seq') }}
    {% endif %}
),

activity_versions as (
    select
        *,
        row_number() over (
            partition by activity_key order by {{ version_order() }}
        ) as version_rank
    from activities
),

newest_activities as (
    select
        activity_key,
        owner_key,
        contact_key,
        deal_key,
        lead_key,
        kind,
        lower(direction) as direction,
        nullif(trim(outcome), '') as outcome,
        started_at,
        {{ local_date('started_at') }} as started_on,
        {{ seconds_between('started_at', 'ended_at') }} as duration_seconds,
        _load_seq,
        _file,
        _line,
        _is_deleted
    from activity_versions
    where version_rank = 1
),

final as (
    select newest_activities.* from newest_activities
    {% if is_incremental() %}
    left join {{ this }} as existing on existing.activity_key = newest_activities.activity_key
    where {{ is_newer_version('newest_activities', 'existing', 'activity_key') }}
    {% endif %}
)

select * from final
