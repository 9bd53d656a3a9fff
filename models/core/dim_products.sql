-- grain: one row per product; list prices carry no date, so they are at the rate of the data-as-of day
with products as (
    select * from {{ ref('stg_files__products') }}
),

settings as (
    select * from {{ ref('stg_embudo__settings') }}
),

final as (
    select
        -- keys
        products.product_key,

        -- attributes
        products.name as product_name,
        products.category,

        -- measures
        {{ reporting_amount('products.unit_price') }} as unit_price_amount,
        {{ reporting_amount('products.unit_cost') }} as unit_cost_amount
    from products
    cross join settings
    {{ join_rates('products.currency', 'settings.as_of_on') }}
)

select * from final
