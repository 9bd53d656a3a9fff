-- shared out over products, a month's selling expense is still the month's
with shared_expenses as (
    select
        month_start_on,
        sum(expense_amount) as expense_amount
    from {{ ref('fct_selling_expenses') }}
    group by month_start_on
),

expenses as (
    select
        cast({{ dbt.date_trunc('month', 'spend_on') }} as date) as month_start_on,
        spend_amount as expense_amount
    from {{ ref('fct_marketing_spend') }}
    union all
    select
        month_start_on,
        staff_cost_amount as expense_amount
    from {{ ref('fct_staff_costs') }}
    where is_sales
),

months as (
    select
        month_start_on,
        sum(expense_amount) as expense_amount
    from expenses
    group by month_start_on
)

select months.month_start_on
from months
left join shared_expenses on months.month_start_on = shared_expenses.month_start_on
where shared_expenses.month_start_on is null or abs(months.expense_amount - shared_expenses.expense_amount) > 0.01
