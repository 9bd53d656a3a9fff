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
    select *, row_number() over (partition by customer order by ordered_at) as number from kept_orders
)

select {cut} as cut, count(distinct customer) as value from numbered
where number > 1 group by cut;

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
with gaps as (
    select
        month,
        date_diff('day', lag(ordered_on) over (partition by customer order by ordered_at), ordered_on) as days
    from kept_orders
)

select {cut} as cut, avg(days) as value from gaps
where days is not null group by cut;
