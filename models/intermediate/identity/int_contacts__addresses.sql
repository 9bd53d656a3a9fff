-- grain: one row per contact, with its addresses as they are compared: e-mail in lower case, phones in E.164
with contacts as (
    select * from {{ ref('stg_files__contacts') }}
),

calling_codes as (
    select * from {{ ref('calling_codes') }}
),

dialled_numbers as (
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
        coalesce(own_codes.national_digits, default_codes.national_digits) as national_digits,
        coalesce(own_codes.least_national_digits, default_codes.least_national_digits) as least_national_digits
    from contacts
    left join calling_codes as own_codes on own_codes.country = upper(contacts.country)
    left join calling_codes as default_codes on default_codes.country = '{{ var("country") | upper }}'
),

final as (
    select
        contact_key,
        account_key,
        owner_key,
        created_at,
        email,
        {{ e164('phone', 'dialled_numbers') }} as phone,
        {{ e164('mobile', 'dialled_numbers') }} as mobile
    from dialled_numbers
)

select * from final
