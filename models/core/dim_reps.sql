-- grain: one row per version of a user, so that past figures stay with the team of that time
with user_versions as (
    select * from {{ ref('int_users__versions') }}
),

final as (
    select
        -- keys
        user_versions.rep_version_key,
        user_versions.user_key as rep_key,
        user_versions.manager_key,

        -- attributes
        user_versions.full_name as rep_name,
        user_versions.team,
        user_versions.direction,
        user_versions.role,
        user_versions.region,
        user_versions.office,
        user_versions.country,
        managers.full_name as manager_name,
        coalesce(
            user_versions.acquires_customers,
            coalesce(user_versions.role, 'rep') in ({{ quoted_list(var('acquiring_roles')) }})
        ) as acquires_customers,
        user_versions.is_latest,

        -- times
        user_versions.hired_on,
        user_versions.left_on,
        user_versions.valid_from_at,
        user_versions.valid_to_at
    from user_versions
    left join user_versions as managers
        on managers.user_key = user_versions.manager_key
        and managers.is_latest
)

select * from final
