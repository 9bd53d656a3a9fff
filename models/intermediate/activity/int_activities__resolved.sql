-- grain: one row per activity, with its rep's version, its account and whether it took place
-- an outcome that the seed activity_outcomes does not know is not held; the check words.activities.outcome reports it
-- a refresh resolves again new and changed activities and at those whose owner has changed versions, whose contact or
-- deal has come to another account, or whose time has come; resolved_seq is the load of the refresh that wrote the row
{{ config(materialized='incremental', unique_key='activity_key', incremental_strategy='delete+insert') }}

with activities as (
    select * from {{ ref('int_activities__newest') }}
    where not _is_deleted
),

user_versions as (
    select * from {{ ref('int_users__versions') }}
),

user_keys as (
    select * from {{ ref('int_users__keys') }}
),

outcomes as (
    {{ words_of('activity_outcomes', 'outcome') }}
),

activities_with_account as (
    select
        activities.activity_key,
        activities.owner_key,
        activities.started_at,
        coalesce(contacts.account_key, deals.account_key) as account_key,
        coalesce(outcomes.outcome, activities.outcome) as outcome,
        coalesce(outcomes.is_held, activities.outcome is null and activities.started_at <= settings.as_of) as is_held,
        coalesce(outcomes.is_reply, false) as is_reply,
        activities._load_seq
    from activities
    cross join {{ ref('stg_embudo__settings') }} as settings
    left join {{ ref('stg_files__contacts') }} as contacts on contacts.contact_key = activities.contact_key
    left join {{ ref('stg_files__deals') }} as deals on deals.deal_key = activities.deal_key
    left join outcomes on outcomes.word = {{ folded_word('activities.outcome') }}
),

stale_activities as (
    select activities_with_account.* from activities_with_account
    {% if is_incremental() %}
    {% set seen = highest(this, 'resolved_seq') %}
    left join {{ this }} as existing on existing.activity_key = activities_with_account.activity_key
    where
        activities_with_account._load_seq > {{ seen }}
        or {{ is_changed('existing', 'activities_with_account', 'activity_key', ['account_key', 'is_held', 'is_reply']) }}
        or activities_with_account.owner_key in (
            select user_key from user_keys
            where key_kind = 'id' and changed_seq > {{ seen }}
        )
    {% endif %}
),

final as (
    select
        stale_activities.activity_key,
        stale_activities.account_key,
        user_versions.user_key as rep_key,
        user_versions.rep_version_key,
        stale_activities.outcome,
        stale_activities.is_held,
        stale_activities.is_reply,
        cast({{ current_load() }} as bigint) as resolved_seq
    from stale_activities
    left join user_versions
        on {{ is_version_at('user_versions', 'user_key', 'stale_activities.owner_key', 'stale_activities.started_at') }}
)

select * from final
