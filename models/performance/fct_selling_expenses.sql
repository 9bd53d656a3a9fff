-- grain: one row per month and product, with its share of the month's selling expense in proportion to revenue before returns
-- a month without sales has one row without a product
with lines as (
    select * from {{ ref('fct_order_lines') }}
    where not is_cancelled and kind = 'sale'
),

revenue as (
    select
        cast({{ dbt.date_trunc('month', 'ordered_on') }} as date) as month_start_on,
        product_key,
        sum(net_amount) as net_amount
    from lines
    group by cast({{ dbt.date_trunc('month', 'ordered_on') }} as date), product_key
),

shares as (
    select
        *,
        sum(net_amount) over (partition by month_start_on) as month_amount
    from revenue
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
),

final as (
    select
        -- keys
        cast(months.month_start_on as {{ dbt.type_string() }}) || '|' || coalesce(shares.product_key, '')
            as selling_expense_key,
        shares.product_key,

        -- measures
        cast(
            months.expense_amount * coalesce(cast(shares.net_amount as double) / shares.month_amount, 1)
            as decimal(28, 8)
        ) as expense_amount,

        -- times
        months.month_start_on
    from months
    left join shares
        on months.month_start_on = shares.month_start_on
        and shares.month_amount <> 0
)

select * from final
