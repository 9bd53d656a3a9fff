-- grain: one row per task, assessed at the data-as-of time
with tasks as (
    select * from {{ ref('stg_files__tasks') }}
),

contacts as (
    select * from {{ ref('dim_contacts') }}
),

user_versions as (
    select * from {{ ref('int_users__versions') }}
),

settings as (
    select * from {{ ref('stg_embudo__settings') }}
),

final as (
    select
        -- keys
        tasks.task_key,
        user_versions.rep_version_key,
        user_versions.user_key as rep_key,
        tasks.contact_key,
        contacts.account_key,
        tasks.deal_key,

        -- attributes
        tasks.due_at <= settings.as_of as is_due,
        coalesce(tasks.completed_at <= settings.as_of, false) as is_completed,
        tasks.due_at <= settings.as_of
        and coalesce(tasks.completed_at <= tasks.due_at, false) as is_on_time,
        tasks.due_at < settings.as_of
        and coalesce(tasks.completed_at > settings.as_of, true) as is_overdue,

        -- times
        tasks.created_at,
        tasks.due_at,
        {{ local_date('tasks.due_at') }} as due_on,
        tasks.completed_at
    from tasks
    cross join settings
    left join contacts on contacts.contact_key = tasks.contact_key
    left join user_versions
        on {{ is_version_at('user_versions', 'user_key', 'tasks.owner_key', 'tasks.due_at') }}
)

select * from final
