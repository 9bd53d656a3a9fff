-- grain: one row per version of a deal (opportunity), the newest one first
with source as (
    select * from {{ source('files', 'deals') }}
),

versions as (
    select
        *,
        row_number() over (
            partition by _source, deal_id
            order by {{ version_order('updated_at') }}
        ) as version_rank
    from source
),

final as (
    select
        -- keys
        {{ entity_key(['deal_id']) }} as deal_key,

        -- attributes
        version_rank,
        status,
        closed_at,
        updated_at,

        -- origin
        {{ origin_columns() }}
    from versions
    where not _is_deleted
)

select * from final
