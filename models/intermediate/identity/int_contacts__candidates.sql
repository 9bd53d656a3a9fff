-- grain: one row per key of a contact (its key, an e-mail, a phone in E.164) and contact that it may mean
with addresses as (
    select * from {{ ref('int_contacts__addresses') }}
),

contact_keys as (
    select contact_key, account_key, owner_key, created_at, 'contact_id' as key_kind, contact_key as key_value
    from addresses
    union all
    select contact_key, account_key, owner_key, created_at, 'email' as key_kind, email as key_value
    from addresses
    union
    select contact_key, account_key, owner_key, created_at, 'phone' as key_kind, phone as key_value
    from addresses
    union
    select contact_key, account_key, owner_key, created_at, 'phone' as key_kind, mobile as key_value
    from addresses
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
    from contact_keys
    where key_value is not null
)

select * from final
