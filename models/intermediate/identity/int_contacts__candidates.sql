-- grain: one row a way to name a contact (its key, an e-mail, a phone in E.164) and contact that it may mean
with contacts as (
    select * from {{ ref('stg_files__contacts') }}
),

calling_codes as (
    select * from {{ ref('calling_codes') }}
),

own as (
    select
        contacts.contact_key,
        contacts.account_key,
        contacts.owner_key,
        contacts.created_at,
        {{ normalised_email('contacts.email') }} as email,
        {{ dialled('contacts.phone') }} as phone,
        {{ dialled('contacts.mobile') }} as mobile,
        coalesce(own_codes.calling_code, default_codes.calling_code) as calling_code,
        coalesce(own_codes.trunk_prefix, default_codes.trunk_prefix, '') as trunk_prefix,
        coalesce(own_codes.national_digits, default_codes.national_digits) as national_digits
    from contacts
    left join calling_codes as own_codes on own_codes.country = upper(contacts.country)
    left join calling_codes as default_codes on default_codes.country = '{{ var("country") | upper }}'
),

named as (
    select contact_key, account_key, owner_key, created_at, 'contact_id' as key_kind, contact_key as key_value
    from own
    union all
    select contact_key, account_key, owner_key, created_at, 'email' as key_kind, email as key_value
    from own
    union
    select contact_key, account_key, owner_key, created_at, 'phone' as key_kind, {{ e164('phone', 'own') }} as key_value
    from own
    union
    select contact_key, account_key, owner_key, created_at, 'phone' as key_kind, {{ e164('mobile', 'own') }} as key_value
    from own
),

final as (
    select
        key_kind || '/' || key_value as match_key,
        key_kind,
        key_value,
        contact_key,
        account_key,
        owner_key,
        created_at
    from named
    where key_value is not null
)

select * from final
