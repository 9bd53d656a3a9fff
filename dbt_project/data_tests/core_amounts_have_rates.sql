-- rows whose currency has no rate on their own day: their amounts would be lost in silence
-- fix it with a row in seeds/exchange_rates.csv
with landed_amounts as (
    select 'deals' as stream, currency, {{ local_date('coalesce(closed_at, created_at)') }} as on_date
    from {{ ref('stg_files__deals') }}
    where amount is not null and coalesce(closed_at, created_at) is not null
    union
    select 'orders' as stream, currency, {{ local_date('ordered_at') }} as on_date
    from {{ ref('stg_files__orders') }}
    union
    select 'invoices' as stream, currency, invoiced_on as on_date
    from {{ ref('stg_files__invoices') }}
    union
    select 'marketing_spend' as stream, currency, spend_on as on_date
    from {{ ref('stg_files__marketing_spend') }}
    union
    select 'staff_costs' as stream, currency, month as on_date
    from {{ ref('stg_files__staff_costs') }}
    union
    select 'products' as stream, products.currency, settings.as_of_on as on_date
    from {{ ref('stg_files__products') }} as products
    cross join {{ ref('stg_embudo__settings') }} as settings
    where products.unit_price is not null or products.unit_cost is not null
)

select landed_amounts.*
from landed_amounts
{{ join_rates('landed_amounts.currency', 'landed_amounts.on_date') }}
where rates.rate is null
