-- grain: one row per line of an order, in its newest version
with source as (
    select * from {{ source('files', 'order_lines') }}
),

versions as (
    select
        *,
        row_number() over (
            partition by _source, order_id, line_no
            order by {{ version_order() }}
        ) as version_rank
    from source
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
        _source,
        _load_seq,
        _file,
        _line
    from versions
    where version_rank = 1 and not _is_deleted
)

select * from final
