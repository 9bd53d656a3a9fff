-- grain: one row per interaction with the best way that leads from it to a contact: the contact's key as the source
-- gives it, else the e-mail, else the phone; match_count is the number of contacts that it may belong to
{{ config(materialized='view') }}

with interactions as (
    select * from {{ ref('int_interactions__unified') }}
),

keys as (
    select * from {{ ref('int_contacts__keys') }}
    where contact_count > 0
),

final as (
    select
        interactions.*,
        case
            when interactions.contact_key is not null then 'contact_id'
            when by_email.match_key is not null then 'email'
            when by_phone.match_key is not null then 'phone'
        end as match_method,
        case
            when interactions.contact_key is not null then 1
            else coalesce(by_email.contact_count, by_phone.contact_count, 0)
        end as match_count,
        coalesce(
            interactions.contact_key, by_email.only_contact_key,
            case when by_email.match_key is null then by_phone.only_contact_key end
        ) as only_contact_key,
        coalesce(by_email.match_key, by_phone.match_key) as match_key
    from interactions
    left join keys as by_email on by_email.match_key = 'email/' || interactions.email
    left join keys as by_phone on by_phone.match_key = 'phone/' || interactions.phone
)

select * from final
