-- grain: one row per interaction of a prospect on a social network
with interactions as (
    select
        *,
        lower(network) || '|' || lower(trim(prospect_handle)) as handle
    from {{ ref('stg_files__social_interactions') }}
),

-- a prospect is called after the first of its interactions: a key made of the handle could be guessed
prospects as (
    select handle, {{ dbt.hash('min(interaction_key)') }} as prospect_key
    from interactions
    group by handle
),

matches as (
    select * from {{ ref('int_interactions__matches') }}
),

kinds as (
    select * from {{ ref('social_kinds') }}
),

final as (
    select
        -- keys
        interactions.interaction_key,
        prospects.prospect_key,
        interactions.campaign_key,
        matches.contact_key,
        matches.account_key,
        matches.owner_key as rep_key,
        matches.owner_version_key as rep_version_key,

        -- attributes
        {{ keyed_hash('interactions.handle') }} as handle_hmac,
        {{ keyed_hash(normalised_email('interactions.contact_email')) }} as email_hmac,
        interactions.network,
        interactions.kind,
        coalesce(kinds.is_engagement, false) as is_engagement,
        matches.match_method,
        coalesce(matches.match_count, 0) as match_count,

        -- times
        interactions.occurred_at,
        {{ local_date('interactions.occurred_at') }} as occurred_on
    from interactions
    left join prospects on prospects.handle = interactions.handle
    left join matches on matches.interaction_key = 'social/' || interactions.interaction_key
    left join kinds on kinds.kind = interactions.kind
)

select * from final
