-- grain: one row per lead, with the contact it is: by id, else by e-mail, else by phone; the newest where several are meant
with leads as (
    select * from {{ ref('int_leads__addresses') }}
),

candidates as (
    select * from {{ ref('int_contacts__candidates') }}
),

lead_keys as (
    select lead_key, 'contact_id/' || contact_key as match_key, 1 as method_rank
    from leads
    where contact_key is not null
    union all
    select lead_key, 'email/' || email as match_key, 2 as method_rank
    from leads
    where email is not null
    union all
    select lead_key, 'phone/' || phone as match_key, 3 as method_rank
    from leads
    where phone is not null
),

contacts_by_lead as (
    select
        lead_keys.lead_key,
        candidates.contact_key,
        candidates.account_key,
        candidates.key_kind as match_method,
        row_number() over (
            partition by lead_keys.lead_key
            order by lead_keys.method_rank, candidates.created_at desc, candidates.contact_key
        ) as match_rank
    from lead_keys
    inner join candidates on lead_keys.match_key = candidates.match_key
),

final as (
    select
        lead_key,
        contact_key,
        account_key,
        match_method
    from contacts_by_lead
    where match_rank = 1
)

select * from final
