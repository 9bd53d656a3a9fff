-- grain: one row per version of a user (core keeps past teams)
with versions as (
    {{ newest_versions(source('files', 'users'), ['user_id', 'updated_at'], newest_by='updated_at') }}
),

final as (
    select
        -- keys
        {{ entity_key(['user_id']) }} as user_key,
        {{ reference_key('manager_id') }} as manager_key,

        -- attributes
        user_id,
        full_name,
        email,
        phone_extension,
        team,
        direction,
        role,
        acquires_customers,
        manager_id,
        region,
        office,
        country,
        hired_on,
        left_on,
        updated_at,

        -- origin
        {{ origin_columns() }}
    from versions
    where not _is_deleted
)

select * from final
