-- grain: one row per interaction, with the contact that it is matched to, if any, and that contact's account and owner
-- a refresh matches anew: what is new or changed, what is keyed by a way that has come to mean other contacts, what
-- belongs to an owner with changed versions, and all that had a choice
-- matched_seq is the load of the refresh that last wrote the row: it tells the marts what to take over, and stays here
{{ config(materialized='incremental', unique_key='interaction_key', incremental_strategy='delete+insert') }}

with keyed as (
    select * from {{ ref('int_interactions__keyed') }}
),

choices as (
    select * from {{ ref('int_interactions__choices') }}
),

contacts as (
    select contact_key, account_key, owner_key from {{ ref('int_contacts__candidates') }}
    where key_kind = 'contact_id'
),

versions as (
    select * from {{ ref('int_users__versions') }}
),

contact_keys as (
    select * from {{ ref('int_contacts__keys') }}
),

user_keys as (
    select * from {{ ref('int_users__keys') }}
),

{% if is_incremental() %}
{% set seen = highest(this, 'matched_seq') %}
stale_keys as (
    select match_key from contact_keys
    where changed_seq > {{ seen }}
),

stale_users as (
    select user_key from user_keys
    where key_kind = 'id' and changed_seq > {{ seen }}
),

selected as (
    select interaction_key from keyed
    where
        changed_seq > {{ seen }}
        or 'contact_id/' || contact_key in (select match_key from stale_keys)
        or 'email/' || email in (select match_key from stale_keys)
        or 'phone/' || phone in (select match_key from stale_keys)
        or match_count > 1
    union
    select interaction_key from {{ this }}
    where owner_key in (select user_key from stale_users)
),

{% endif %}
matched as (
    select
        keyed.interaction_key,
        keyed.occurred_at,
        keyed.changed_seq,
        keyed.match_method,
        keyed.match_count,
        coalesce(keyed.only_contact_key, choices.contact_key) as contact_key
    from keyed
    {% if is_incremental() %}
    inner join selected on selected.interaction_key = keyed.interaction_key
    {% endif %}
    left join choices on choices.interaction_key = keyed.interaction_key
),

found as (
    select
        matched.interaction_key,
        matched.contact_key,
        contacts.account_key,
        contacts.owner_key,
        versions.rep_version_key as owner_version_key,
        matched.match_method,
        matched.match_count,
        matched.changed_seq
    from matched
    left join contacts on contacts.contact_key = matched.contact_key
    left join versions
        on {{ is_version_at('versions', 'user_key', 'contacts.owner_key', 'matched.occurred_at') }}
),

final as (
    select
        found.interaction_key,
        found.contact_key,
        found.account_key,
        found.owner_key,
        found.owner_version_key,
        found.match_method,
        found.match_count,
        cast({{ current_load() }} as bigint) as matched_seq
    from found
    {% if is_incremental() %}
    left join {{ this }} as existing on existing.interaction_key = found.interaction_key
    where
        found.changed_seq > {{ seen }}
        or {{ is_changed('existing', 'found', 'interaction_key', [
            'contact_key', 'account_key', 'owner_key', 'owner_version_key', 'match_method', 'match_count'
        ]) }}
    {% endif %}
)

select * from final
