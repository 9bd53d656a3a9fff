-- grain: one row per product, in its newest version
with versions as (
    {{ newest_versions(source('files', 'products'), ['product_id']) }}
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
        {{ origin_columns() }}
    from versions
    where not _is_deleted
)

select * from final
