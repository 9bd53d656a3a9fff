-- grain: one row per campaign, in its newest version
with versions as (
    {{ newest_versions(source('files', 'campaigns'), ['campaign_id']) }}
),

final as (
    select
        -- keys
        {{ entity_key(['campaign_id']) }} as campaign_key,

        -- attributes
        campaign_id,
        name,
        channel,
        subject,
        segment,
        launched_at,
        ended_at,
        budget,
        currency,

        -- origin
        {{ origin_columns() }}
    from versions
    where not _is_deleted
)

select * from final
