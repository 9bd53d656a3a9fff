-- A customer is the account of an order, or its contact where there is no account.

-- metric: active_customers
-- by: account__industry
select {cut} as cut, count(distinct customer) as value from kept_orders group by cut;

-- metric: new_customers
-- by: account__industry
with firsts as (
    select * from kept_orders
    qualify row_number() over (partition by customer order by ordered_at) = 1
)

select {cut} as cut, count(*) as value from firsts group by cut;

-- metric: returning_customers
-- by: account__industry
with numbered as (
    select *, min(ordered_at) over (partition by customer) as first_at from kept_orders
)

select {cut} as cut, count(distinct customer) as value from numbered
where ordered_at > first_at group by cut;

-- metric: orders_per_customer
-- by: account__industry
select {cut} as cut, count(*) / count(distinct customer) as value from kept_orders group by cut;

-- metric: customer_retention_rate
-- by: account__industry
with active as (
    select distinct customer, account__industry, strptime(month, '%Y-%m') as month_at from kept_orders
),

expected as (
    select
        before.customer,
        before.account__industry,
        month_of(before.month_at + interval 1 month) as month,
        now.customer is not null as is_retained
    from active as before
    left join active as now on now.customer = before.customer and now.month_at = before.month_at + interval 1 month
    where before.month_at + interval 1 month <= (select day from as_of)
)

select {cut} as cut, count(*) filter (where is_retained) / count(*) as value from expected group by cut;

-- metric: customer_churn_rate
-- by: account__industry
with active as (
    select distinct customer, account__industry, strptime(month, '%Y-%m') as month_at from kept_orders
),

expected as (
    select
        before.customer,
        before.account__industry,
        month_of(before.month_at + interval 1 month) as month,
        now.customer is not null as is_retained
    from active as before
    left join active as now on now.customer = before.customer and now.month_at = before.month_at + interval 1 month
    where before.month_at + interval 1 month <= (select day from as_of)
)

select {cut} as cut, count(*) filter (where not is_retained) / count(*) as value from expected group by cut;

-- metric: average_days_between_orders
-- by: account__industry, rep__region
with gaps as (
    select
        month,
        account__industry,
        rep__region,
        date_diff('day', lag(ordered_on) over (partition by customer order by ordered_at), ordered_on) as days
    from kept_orders
)

select {cut} as cut, avg(days) as value from gaps
where days is not null group by cut;

-- metric: quarterly_customer_retention_rate
-- by: account__industry
-- cuts: total, quarter
with active as (
    select distinct customer, account__industry, date_trunc('quarter', strptime(month, '%Y-%m')) as period_at from kept_orders
),

expected as (
    select
        before.customer,
        before.account__industry,
        month_of(before.period_at + interval 3 month) as quarter,
        now.customer is not null as is_retained
    from active as before
    left join active as now
        on now.customer = before.customer
        and now.period_at = before.period_at + interval 3 month
    where before.period_at + interval 3 month <= (select day from as_of)
)

select {cut} as cut, count(*) filter (where is_retained) / count(*) as value from expected group by cut;

-- metric: yearly_customer_retention_rate
-- by: account__industry
-- cuts: total, year
with active as (
    select distinct customer, account__industry, date_trunc('year', strptime(month, '%Y-%m')) as period_at from kept_orders
),

expected as (
    select
        before.customer,
        before.account__industry,
        month_of(before.period_at + interval 1 year) as year,
        now.customer is not null as is_retained
    from active as before
    left join active as now
        on now.customer = before.customer
        and now.period_at = before.period_at + interval 1 year
    where before.period_at + interval 1 year <= (select day from as_of)
)

select {cut} as cut, count(*) filter (where is_retained) / count(*) as value from expected group by cut;

-- metric: yearly_customer_churn_rate
-- by: account__industry
-- cuts: total, year
with active as (
    select distinct customer, account__industry, date_trunc('year', strptime(month, '%Y-%m')) as period_at from kept_orders
),

expected as (
    select
        before.customer,
        before.account__industry,
        month_of(before.period_at + interval 1 year) as year,
        now.customer is not null as is_retained
    from active as before
    left join active as now
        on now.customer = before.customer
        and now.period_at = before.period_at + interval 1 year
    where before.period_at + interval 1 year <= (select day from as_of)
)

select {cut} as cut, count(*) filter (where not is_retained) / count(*) as value from expected group by cut;

-- At the end of each month, the last one being the data-as-of day; over all time, at that day.

-- metric: repeat_purchase_rate
-- by: account__industry
select {cut} as cut, count(*) filter (where recent_orders >= 2) / nullif(count(*) filter (where recent_orders >= 1), 0) as value
from customer_month_ends
where $${cut}$$ = 'month' or day = (select day from as_of)
group by cut;

-- metric: loyal_customers
-- by: account__industry
select {cut} as cut, count(*) filter (where is_loyal) as value
from customer_month_ends
where $${cut}$$ = 'month' or day = (select day from as_of)
group by cut;

-- metric: loyalty_rate
-- by: account__industry
select {cut} as cut, count(*) filter (where is_loyal) / count(*) as value
from customer_month_ends
where $${cut}$$ = 'month' or day = (select day from as_of)
group by cut;

-- metric: customers_at_risk
-- by: account__industry
select {cut} as cut, count(*) filter (where is_at_risk) as value
from customer_month_ends
where $${cut}$$ = 'month' or day = (select day from as_of)
group by cut;

-- metric: customer_engagement_rate
-- by: account__industry
select {cut} as cut, count(*) filter (where has_conversation) / count(*) as value
from customer_month_ends
where $${cut}$$ = 'month' or day = (select day from as_of)
group by cut;

-- metric: customer_lifetime_value
-- by: account__industry
with cohorts as (
    select
        any_value(account__industry) as account__industry,
        min_by(month, order_number) as month,
        sum(net) - sum(cost) as margin
    from kept_lines
    where customer in (select customer from kept_orders)
    group by customer
)

select {cut} as cut, sum(margin) / count(*) as value from cohorts group by cut;

-- metric: predicted_lifetime_value
-- by: account__industry
-- cuts: total, year
with lines as (select *, month[:4] || '-01' as year from kept_lines),

active as (select distinct customer, account__industry, year from lines where not is_return),

expected as (
    select
        before.account__industry,
        cast(cast(before.year[:4] as integer) + 1 as varchar) || '-01' as year,
        now.customer is null as is_lost
    from active as before
    left join active as now on now.customer = before.customer and cast(now.year[:4] as integer) = cast(before.year[:4] as integer) + 1
    where cast(before.year[:4] as integer) + 1 <= (select year(day) from as_of)
),

churn as (select {cut} as cut, count(*) filter (where is_lost) / count(*) as rate from expected group by cut),

sold as (
    select
        {cut} as cut,
        sum(net) / count(distinct case when not is_return then customer end) as revenue_per_customer,
        (sum(net) - sum(cost)) / nullif(sum(net), 0) as margin_rate
    from lines
    group by cut
)

select sold.cut, sold.revenue_per_customer * sold.margin_rate / nullif(churn.rate, 0) as value
from sold
left join churn on churn.cut is not distinct from sold.cut;

-- metric: clv_to_cac
-- cuts: total, year
with lines as (select *, month[:4] || '-01' as year from kept_lines),

active as (select distinct customer, year from lines where not is_return),

expected as (
    select
        cast(cast(before.year[:4] as integer) + 1 as varchar) || '-01' as year,
        now.customer is null as is_lost
    from active as before
    left join active as now on now.customer = before.customer and cast(now.year[:4] as integer) = cast(before.year[:4] as integer) + 1
    where cast(before.year[:4] as integer) + 1 <= (select year(day) from as_of)
),

churn as (select {cut} as cut, count(*) filter (where is_lost) / count(*) as rate from expected group by cut),

sold as (
    select
        {cut} as cut,
        sum(net) / count(distinct case when not is_return then customer end) * (sum(net) - sum(cost)) / nullif(sum(net), 0) as margin_per_customer
    from lines
    group by cut
),

paid as (
    select {cut} as cut, sum(amount) as amount
    from (
        select month[:4] || '-01' as year, amount from spend
        union all
        select month[:4] || '-01' as year, cost as amount from staff_costs where acquires
    )
    group by cut
),

won as (
    select {cut} as cut, count(*) as customers
    from (select *, month[:4] || '-01' as year from kept_orders where order_number = 1)
    group by cut
)

select sold.cut, sold.margin_per_customer / nullif(churn.rate, 0) / nullif(paid.amount / won.customers, 0) as value
from sold
left join churn on churn.cut is not distinct from sold.cut
left join paid on paid.cut is not distinct from sold.cut
left join won on won.cut is not distinct from sold.cut;
