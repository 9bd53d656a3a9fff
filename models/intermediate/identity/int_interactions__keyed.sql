-- grain: one row per interaction with the best key that leads from it to a contact: the contact's key as the source
-- gives it, else the e-mail, else the phone; match_count is the number of contacts that it may belong to
-- keys_changed_seq is the load at which any of its keys last came to mean other contacts
{{ config(materialized='view') }}

with interactions as (
    select * from {{ ref('int_interactions__unified') }}
),

keys as (
    select *, contact_count > 0 as is_known from {{ ref('int_contacts__keys') }}
),

final as (
    select
        interactions.*,
        case
            when interactions.contact_key is not null then 'contact_id'
            when by_email.is_known then 'email'
            when by_phone.is_known then 'phone'
        end as match_method,
        case
            when interactions.contact_key is not null then 1
            when by_email.is_known then by_email.contact_count
            when by_phone.is_known then by_phone.contact_count
            else 0
        end as match_count,
        case
            when interactions.contact_key is not null then interactions.contact_key
            when by_email.is_known then by_email.only_contact_key
            when by_phone.is_known then by_phone.only_contact_key
        end as only_contact_key,
        case
            when by_email.is_known then by_email.match_key
            when by_phone.is_known then by_phone.match_key
        end as match_key,
        greatest(
            coalesce(by_id.changed_seq, 0), coalesce(by_email.changed_seq, 0), coalesce(by_phone.changed_seq, 0)
        ) as keys_changed_seq
    from interactions
    left join keys as by_id on by_id.match_key = 'contact_id/' || interactions.contact_key
    left join keys as by_email on by_email.match_key = 'email/' || interactions.email
    left join keys as by_phone on by_phone.match_key = 'phone/' || interactions.phone
)

select * from final
