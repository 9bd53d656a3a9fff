-- grain: one row per won deal, read as an order of one line for companies without an order system
with deals as (
    select * from {{ ref('stg_files__deals') }}
),

final as (
    select
        -- keys
        'deal:' || deal_key || '|1' as order_line_key,
        'deal:' || deal_key as order_key,
        account_key,
        contact_key,
        deal_key,
        owner_key,
        cast(null as {{ dbt.type_string() }}) as returns_order_key,
        product_key,

        -- attributes
        cast(null as {{ dbt.type_string() }}) as channel,
        'completed' as status,
        cast(null as {{ dbt.type_string() }}) as kind,
        currency,

        -- measures
        cast(1 as decimal(18, 4)) as quantity,
        amount as unit_price_local,
        cast(coalesce(amount, 0) as decimal(20, 8)) as net_amount_local,
        cast(null as decimal(18, 4)) as unit_cost_local,

        -- timestamps
        closed_at as ordered_at,
        cast(null as {{ dbt.type_timestamp() }}) as delivered_at
    from deals
    where status = 'won'
)

select * from final
