-- grain: one row per time at which a contact did something that the CRM records under its key: an activity, an order, a deal
-- only for contacts that share an e-mail or a phone with others: there the latest activity decides
with candidates as (
    select * from {{ ref('int_contacts__candidates') }}
),

keys as (
    select * from {{ ref('int_contacts__keys') }}
),

sharing as (
    select distinct candidates.contact_key
    from candidates
    inner join keys on keys.match_key = candidates.match_key
    where keys.contact_count > 1
),

active as (
    select contact_key, started_at as active_at
    from {{ ref('int_activities__newest') }}
    where not _is_deleted
    union
    select contact_key, ordered_at as active_at
    from {{ ref('stg_files__orders') }}
    union
    select contact_key, created_at as active_at
    from {{ ref('stg_files__deals') }}
    union
    select contact_key, closed_at as active_at
    from {{ ref('stg_files__deals') }}
),

final as (
    select
        active.contact_key,
        active.active_at
    from active
    inner join sharing on sharing.contact_key = active.contact_key
    where active.active_at is not null
)

select * from final
