-- grain: one row per interaction, with the contact that it is matched to, if any, and that contact's account and owner
-- a refresh matches again: new and changed interactions, those with a key that has come to mean other contacts, those
-- that may mean several contacts, and those of owners with changed versions
-- matched_seq is the load of the refresh that last wrote the row: the marts take over what is of the current one
{{ config(materialized='incremental', unique_key='interaction_key', incremental_strategy='delete+insert') }}
{%- set seen = highest(this, 'matched_seq') if is_incremental() else 0 %}

with user_keys as (
    select * from {{ ref('int_users__keys') }}
    where key_kind = 'id'
),

stale_interactions as (
    select * from {{ ref('int_interactions__keyed') }}
    {% if is_incremental() %}
    where
        changed_seq > {{ seen }}
        or keys_changed_seq > {{ seen }}
        or match_count > 1
        or interaction_key in (
            select existing.interaction_key
            from {{ this }} as existing
            inner join user_keys on user_keys.user_key = existing.owner_key
            where user_keys.changed_seq > {{ seen }}
        )
    {% endif %}
),

choices as (
    select * from {{ ref('int_interactions__choices') }}
),

contacts as (
    select contact_key, account_key, owner_key from {{ ref('int_contacts__candidates') }}
    where key_kind = 'contact_id'
),

user_versions as (
    select * from {{ ref('int_users__versions') }}
),

current_matches as (
    select
        stale_interactions.interaction_key,
        coalesce(stale_interactions.only_contact_key, choices.contact_key) as contact_key,
        contacts.account_key,
        contacts.owner_key,
        user_versions.rep_version_key as owner_version_key,
        stale_interactions.match_method,
        stale_interactions.match_count,
        stale_interactions.changed_seq
    from stale_interactions
    left join choices on choices.interaction_key = stale_interactions.interaction_key
    left join contacts on contacts.contact_key = coalesce(stale_interactions.only_contact_key, choices.contact_key)
    left join user_versions
        on {{ is_version_at('user_versions', 'user_key', 'contacts.owner_key', 'stale_interactions.occurred_at') }}
),

final as (
    select
        current_matches.interaction_key,
        current_matches.contact_key,
        current_matches.account_key,
        current_matches.owner_key,
        current_matches.owner_version_key,
        current_matches.match_method,
        current_matches.match_count,
        cast({{ current_load() }} as bigint) as matched_seq
    from current_matches
    {% if is_incremental() %}
    left join {{ this }} as existing on existing.interaction_key = current_matches.interaction_key
    where
        current_matches.changed_seq > {{ seen }}
        or {{ is_changed('existing', 'current_matches', 'interaction_key', [
            'contact_key', 'account_key', 'owner_key', 'owner_version_key', 'match_method', 'match_count'
        ]) }}
    {% endif %}
)

select * from final
