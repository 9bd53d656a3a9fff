-- grain: one row per time at which a contact did something that the CRM records under its key: an activity, an order, a deal
-- only for contacts that share an e-mail or a phone with others: there the latest activity decides
with candidates as (
    select * from {{ ref('int_contacts__candidates') }}
),

keys as (
    select * from {{ ref('int_contacts__keys') }}
),

contacts_with_shared_keys as (
    select distinct candidates.contact_key
    from candidates
    inner join keys on keys.match_key = candidates.match_key
    where keys.contact_count > 1
),

contact_activity as (
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
        contact_activity.contact_key,
        contact_activity.active_at
    from contact_activity
    inner join contacts_with_shared_keys on contacts_with_shared_keys.contact_key = contact_activity.contact_key
    where contact_activity.active_at is not null
)

select * from final
