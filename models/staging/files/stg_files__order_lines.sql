-- grain: one row per line of an order, in its newest version
with versions as (
    {{ newest_versions(source('files', 'order_lines'), ['order_id', 'line_no']) }}
),

final as (
    select
        -- keys
        {{ entity_key(['order_id', 'line_no']) }} as order_line_key,
        {{ reference_key('order_id', '_source') }} as order_key,
        {{ reference_key('product_id') }} as product_key,

        -- attributes
        order_id,
        line_no,
        product_id,
        quantity,
        unit_price,
        discount,
        unit_cost,

        -- origin
        {{ origin_columns() }}
    from versions
    where not _is_deleted
)

select * from final
