-- grain: one row per version of a user in which anything that figures are cut by has changed
-- the first version is valid from the beginning of time, since earlier facts have no better one
with users as (
    select * from {{ ref('stg_files__users') }}
),

users_with_hash as (
    select
        *,
        {{ dbt.hash("coalesce(full_name, '') || '|' || coalesce(team, '') || '|' || coalesce(direction, '')
            || '|' || coalesce(role, '') || '|' || coalesce(region, '') || '|' || coalesce(office, '')
            || '|' || coalesce(country, '') || '|' || coalesce(manager_key, '') || '|' || coalesce(email, '')
            || '|' || coalesce(phone_extension, '') || '|' || coalesce(cast(acquires_customers as varchar), '')
            || '|' || coalesce(cast(hired_on as varchar), '') || '|' || coalesce(cast(left_on as varchar), '')") }}
            as version_hash
    from users
),

users_with_previous_hash as (
    select
        *,
        lag(version_hash) over (
            partition by user_key order by updated_at asc nulls first
        ) as previous_hash
    from users_with_hash
),

changed_users as (
    select * from users_with_previous_hash
    where previous_hash is null or previous_hash <> version_hash
),

numbered_versions as (
    select
        *,
        row_number() over (partition by user_key order by updated_at asc nulls first) as version_number,
        lead(updated_at) over (partition by user_key order by updated_at asc nulls first) as next_updated_at
    from changed_users
),

final as (
    select
        -- keys
        user_key || coalesce('@' || cast(updated_at as {{ dbt.type_string() }}), '') as rep_version_key,
        user_key,
        manager_key,

        -- attributes
        user_id,
        full_name,
        email,
        phone_extension,
        team,
        direction,
        role,
        acquires_customers,
        region,
        office,
        country,
        hired_on,
        left_on,

        -- validity
        case when version_number = 1 then {{ beginning_of_time() }} else updated_at end as valid_from_at,
        coalesce(next_updated_at, {{ end_of_time() }}) as valid_to_at,
        next_updated_at is null as is_latest
    from numbered_versions
)

select * from final
