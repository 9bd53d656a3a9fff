-- grain: one row per month and category of fixed cost
with costs as (
    select
        cast({{ dbt.date_trunc('month', 'month') }} as date) as month_start_on,
        category,
        amount,
        currency
    from {{ ref('fixed_costs') }}
),

final as (
    select
        -- keys
        cast(costs.month_start_on as {{ dbt.type_string() }}) || '|' || costs.category as fixed_cost_key,

        -- attributes
        costs.category,

        -- measures
        cast(sum({{ reporting_amount('costs.amount') }}) as decimal(38, 4)) as fixed_cost_amount,

        -- times
        costs.month_start_on
    from costs
    {{ join_rates('costs.currency', 'costs.month_start_on') }}
    group by costs.month_start_on, costs.category
)

select * from final
