-- grain: one row per task, in its newest version
with source as (
    select * from {{ source('files', 'tasks') }}
),

versions as (
    select
        *,
        row_number() over (
            partition by _source, task_id
            order by {{ version_order() }}
        ) as version_rank
    from source
),

final as (
    select
        -- keys
        {{ entity_key(['task_id']) }} as task_key,
        {{ reference_key('owner_id') }} as owner_key,
        {{ reference_key('contact_id') }} as contact_key,
        {{ reference_key('deal_id') }} as deal_key,

        -- attributes
        task_id,
        owner_id,
        contact_id,
        deal_id,
        subject,
        created_at,
        due_at,
        completed_at,

        -- origin
        _source,
        _load_seq,
        _file,
        _line
    from versions
    where version_rank = 1 and not _is_deleted
)

select * from final
