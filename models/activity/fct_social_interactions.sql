-- grain: one row an interaction of a prospect on a social network
with interactions as (
    select * from {{ ref('stg_files__social_interactions') }}
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
        {{ dbt.hash("lower(interactions.network) || '|' || lower(trim(interactions.prospect_handle))") }}
            as prospect_key,
        interactions.campaign_key,
        matches.contact_key,
        matches.account_key,
        matches.owner_key as rep_key,
        matches.owner_version_key as rep_version_key,

        -- attributes
        interactions.network,
        interactions.kind,
        coalesce(kinds.is_engagement, false) as is_engagement,
        matches.match_method,
        coalesce(matches.match_count, 0) as match_count,

        -- times
        interactions.occurred_at,
        {{ local_date('interactions.occurred_at') }} as occurred_on
    from interactions
    left join matches on matches.interaction_key = 'social/' || interactions.interaction_key
    left join kinds on kinds.kind = interactions.kind
)

select * from final
