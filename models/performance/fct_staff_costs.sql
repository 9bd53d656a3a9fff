-- grain: one row per user and month
-- sales users have a role of the var `sales_roles`, or none, or acquire customers
with costs as (
    select
        user_key,
        cast({{ dbt.date_trunc('month', 'month') }} as date) as month_start_on,
        salary,
        commission,
        currency
    from {{ ref('stg_files__staff_costs') }}
),

amounts as (
    select
        costs.user_key,
        costs.month_start_on,
        sum({{ reporting_amount('coalesce(costs.salary, 0)') }}) as salary_amount,
        sum({{ reporting_amount('coalesce(costs.commission, 0)') }}) as commission_amount
    from costs
    {{ join_rates('costs.currency', 'costs.month_start_on') }}
    group by costs.user_key, costs.month_start_on
),

reps as (
    select * from {{ ref('dim_reps') }}
),

final as (
    select
        -- keys
        amounts.user_key || '|' || cast(amounts.month_start_on as {{ dbt.type_string() }}) as staff_cost_key,
        reps.rep_version_key,
        amounts.user_key as rep_key,

        -- attributes
        coalesce(reps.role in ({{ quoted_list(var('sales_roles')) }}) or reps.acquires_customers, true) as is_sales,
        coalesce(reps.acquires_customers, false) as acquires_customers,

        -- measures
        cast(amounts.salary_amount as decimal(38, 4)) as salary_amount,
        cast(amounts.commission_amount as decimal(38, 4)) as commission_amount,
        cast(amounts.salary_amount + amounts.commission_amount as decimal(38, 4)) as staff_cost_amount,

        -- times
        amounts.month_start_on
    from amounts
    left join reps
        on {{ is_version_on('reps', 'rep_key', 'amounts.user_key', 'amounts.month_start_on') }}
)

select * from final
