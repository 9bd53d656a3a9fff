-- grain: one row per lead, with its addresses as they are compared: e-mail in lower case, phone in E.164
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

final as (
    select
        leads.lead_key,
        leads.contact_key,
        leads.own_email as email,
        {{ e164('leads.dialled_phone', 'calling_codes') }} as phone
    from leads
    left join calling_codes on true
)

select * from final
