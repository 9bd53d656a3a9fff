-- grain: one row per interaction on a social network, in its newest version
with versions as (
    {{ newest_versions(source('files', 'social_interactions'), ['interaction_id']) }}
),

final as (
    select
        -- keys
        {{ entity_key(['interaction_id']) }} as interaction_key,
        {{ reference_key('contact_id') }} as contact_key,
        {{ reference_key('campaign_id') }} as campaign_key,

        -- attributes
        interaction_id,
        network,
        prospect_handle,
        contact_id,
        contact_email,
        kind,
        campaign_id,
        occurred_at,

        -- origin
        {{ origin_columns() }}
    from versions
    where not _is_deleted
)

select * from final
