-- grain: one row a lead, with the contact it is: by id, else by e-mail, else by phone; the newest where several are meant
with leads as (
    select
        *,
        {{ normalised_email('email') }} as own_email,
        {{ dialled('phone') }} as dialled_phone
    from {{ ref('stg_files__leads') }}
),

calling_codes as (
    select * from {{ ref('calling_codes') }}
    where country = '{{ var("country") | upper }}'
),

candidates as (
    select * from {{ ref('int_contacts__candidates') }}
),

named as (
    select lead_key, 'contact_id/' || contact_key as match_key, 1 as method_rank
    from leads
    where contact_key is not null
    union all
    select lead_key, 'email/' || own_email as match_key, 2 as method_rank
    from leads
    where own_email is not null
    union all
    select
        leads.lead_key,
        'phone/' || {{ e164('leads.dialled_phone', 'calling_codes') }} as match_key,
        3 as method_rank
    from leads
    cross join calling_codes
    where leads.dialled_phone is not null
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
