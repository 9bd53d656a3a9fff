-- grain: one row per lead, with the contact it is: by id, else by e-mail, else by phone; the newest where several are meant
with leads as (
    select * from {{ ref('int_leads__addresses') }}
),

candidates as (
    select * from {{ ref('int_contacts__candidates') }}
),

named as (
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

ranked as (
    select
        named.lead_key,
        candidates.contact_key,
        candidates.account_key,
        candidates.key_kind as match_method,
        row_number() over (
            partition by named.lead_key
            order by named.method_rank, candidates.created_at desc, candidates.contact_key
        ) as match_rank
    from named
    inner join candidates on named.match_key = candidates.match_key
),

final as (
    select
        lead_key,
        contact_key,
        account_key,
        match_method
    from ranked
    where match_rank = 1
)

select * from final
