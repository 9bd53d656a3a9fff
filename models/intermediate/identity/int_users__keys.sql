-- grain: one row per key of a user: key, phone extension or e-mail
-- changed_seq is the load at which the user behind it, or any of the user's versions, last changed; a key that nobody
-- has any more stays with a null user, so that what was matched by it is matched again
{{ config(materialized='incremental', unique_key='match_key', incremental_strategy='delete+insert') }}

with user_versions as (
    select * from {{ ref('int_users__versions') }}
),

histories as (
    select
        user_key,
        {{ dbt.hash(joined("rep_version_key || '@' || cast(valid_from_at as " ~ dbt.type_string() ~ ")")) }} as versions_hash
    from user_versions
    group by user_key
),

keys_by_user as (
    select
        user_key,
        left_on,
        hired_on,
        'id' as key_kind,
        user_key as key_value
    from user_versions
    where is_latest
    union all
    select user_key, left_on, hired_on, 'extension' as key_kind, lower(trim(phone_extension)) as key_value
    from user_versions
    where is_latest and trim(phone_extension) <> ''
    union all
    select user_key, left_on, hired_on, 'email' as key_kind, {{ normalised_email('email') }} as key_value
    from user_versions
    where is_latest and {{ normalised_email('email') }} is not null
),

-- an extension that was reassigned belongs to who has it today
key_holders as (
    select
        *,
        row_number() over (
            partition by key_kind, key_value
            order by left_on desc nulls first, hired_on desc nulls last, user_key asc
        ) as holder_rank
    from keys_by_user
),

current_keys as (
    select
        key_holders.key_kind || '/' || key_holders.key_value as match_key,
        key_holders.key_kind,
        key_holders.key_value,
        key_holders.user_key,
        histories.versions_hash
    from key_holders
    inner join histories on histories.user_key = key_holders.user_key
    where key_holders.holder_rank = 1
),

{% if is_incremental() %}
final as (
    select
        coalesce(current_keys.match_key, existing.match_key) as match_key,
        coalesce(current_keys.key_kind, existing.key_kind) as key_kind,
        coalesce(current_keys.key_value, existing.key_value) as key_value,
        current_keys.user_key,
        current_keys.versions_hash,
        cast({{ current_load() }} as bigint) as changed_seq
    from current_keys
    full outer join {{ this }} as existing on existing.match_key = current_keys.match_key
    where {{ is_changed('existing', 'current_keys', 'match_key', ['user_key', 'versions_hash']) }}
)
{% else %}
final as (
    select *, cast({{ current_load() }} as bigint) as changed_seq from current_keys
)
{% endif %}

select * from final
