-- grain: one row per product, in its newest version
with source as (
    select * from {{ source('files', 'products') }}
),

versions as (
    select
        *,
        row_number() over (
            partition by _source, product_id
            order by {{ version_order() }}
        ) as version_rank
    from source
),

final as (
    select
        -- keys
        {{ entity_key(['product_id']) }} as product_key,

        -- attributes
        product_id,
        name,
        category,
        unit_price,
        unit_cost,
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
