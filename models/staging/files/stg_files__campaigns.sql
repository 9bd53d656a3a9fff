-- grain: one row per campaign, in its newest version
with source as (
    select * from {{ source('files', 'campaigns') }}
),

versions as (
    select
        *,
        row_number() over (
            partition by _source, campaign_id
            order by {{ version_order() }}
        ) as version_rank
    from source
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
        _source,
        _load_seq,
        _file,
        _line
    from versions
    where version_rank = 1 and not _is_deleted
)

select * from final
