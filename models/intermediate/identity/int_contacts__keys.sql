-- grain: one row per key of a contact: its key, an e-mail, a phone in E.164
-- only_contact_key is the contact where it can be one alone
-- changed_seq is the load at which the contacts behind it last changed; a key that belongs to nobody any more stays with no
-- contact, so that what was matched by it is matched again
{{ config(materialized='incremental', unique_key='match_key', incremental_strategy='delete+insert') }}

with candidates as (
    select * from {{ ref('int_contacts__candidates') }}
),

current_keys as (
    select
        match_key,
        min(key_kind) as key_kind,
        min(key_value) as key_value,
        case when count(*) = 1 then min(contact_key) end as only_contact_key,
        count(*) as contact_count,
        {{ dbt.hash(joined(
            "contact_key || '|' || coalesce(account_key, '') || '|' || coalesce(owner_key, '') || '|'"
            ~ " || cast(created_at as " ~ dbt.type_string() ~ ")"
        )) }} as contacts_hash
    from candidates
    group by match_key
),

{% if is_incremental() %}
final as (
    select
        coalesce(current_keys.match_key, existing.match_key) as match_key,
        coalesce(current_keys.key_kind, existing.key_kind) as key_kind,
        coalesce(current_keys.key_value, existing.key_value) as key_value,
        current_keys.only_contact_key,
        coalesce(current_keys.contact_count, 0) as contact_count,
        current_keys.contacts_hash,
        cast({{ current_load() }} as bigint) as changed_seq
    from current_keys
    full outer join {{ this }} as existing on existing.match_key = current_keys.match_key
    where {{ is_changed('existing', 'current_keys', 'match_key', ['contacts_hash']) }}
)
{% else %}
final as (
    select *, cast({{ current_load() }} as bigint) as changed_seq from current_keys
)
{% endif %}

select * from final
