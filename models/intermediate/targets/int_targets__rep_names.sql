-- grain: one row per key of a rep in targets of an origin (a source or the seed), with the user it means
-- an id of the origin's own source comes first, then an id of any, then a full name
with users as (
    select * from {{ ref('int_users__versions') }}
),

origins as (
    select distinct _source as origin from {{ ref('stg_files__targets') }}
    union
    select 'seed' as origin
),

names as (
    select
        origins.origin,
        lower(trim(users.user_id)) as rep_name,
        users.user_key,
        case when users.user_key = origins.origin || ':' || users.user_id then 0 else 1 end as name_rank
    from users
    cross join origins
    union all
    select
        origins.origin,
        lower(trim(users.full_name)) as rep_name,
        users.user_key,
        2 as name_rank
    from users
    cross join origins
),

users_by_name as (
    select
        *,
        row_number() over (
            partition by origin, rep_name order by name_rank, user_key
        ) as name_order
    from names
),

final as (
    select
        origin,
        rep_name,
        user_key
    from users_by_name
    where name_order = 1
)

select * from final
