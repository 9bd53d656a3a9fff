-- grain: one row per task, in its newest version
with versions as (
    {{ newest_versions(source('files', 'tasks'), ['task_id']) }}
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
        {{ origin_columns() }}
    from versions
    where not _is_deleted
)

select * from final
