-- grain: one row per version of a user, so that past figures stay with the team of that time
with versions as (
    select * from {{ ref('int_users__versions') }}
),

final as (
    select
        -- keys
        versions.rep_version_key,
        versions.user_key as rep_key,
        versions.manager_key,

        -- attributes
        versions.full_name as rep_name,
        versions.team,
        versions.direction,
        versions.role,
        versions.region,
        versions.office,
        versions.country,
        managers.full_name as manager_name,
        coalesce(
            versions.acquires_customers,
            coalesce(versions.role, 'rep') in ('rep', 'manager', 'director')
        ) as acquires_customers,
        versions.is_latest,

        -- times
        versions.hired_on,
        versions.left_on,
        versions.valid_from_at,
        versions.valid_to_at
    from versions
    left join versions as managers
        on managers.user_key = versions.manager_key
        and managers.is_latest
)

select * from final
