-- Orders that are not cancelled, by the day they were placed in Madrid.

-- metric: revenue
-- by: rep__region, rep__team, product__category
select {cut} as cut, sum(net) as value from kept_lines group by cut;

-- metric: orders
-- by: rep__region, rep__team
select {cut} as cut, count(*) as value from kept_orders group by cut;

-- metric: units_sold
-- by: rep__region, rep__team, product__category
select {cut} as cut, sum(quantity) as value from kept_lines group by cut;

-- metric: average_order_value
-- by: rep__region, rep__team
select {cut} as cut, sum(net) / count(distinct order_id) as value from kept_lines group by cut;

-- metric: cost_of_goods_sold
-- by: rep__region, rep__team, product__category
select {cut} as cut, sum(cost) as value from kept_lines group by cut;

-- metric: gross_margin
-- by: rep__region, rep__team, product__category
select {cut} as cut, sum(net) - sum(cost) as value from kept_lines group by cut;

-- metric: gross_margin_rate
-- by: rep__region, rep__team, product__category
select {cut} as cut, (sum(net) - sum(cost)) / nullif(sum(net), 0) as value from kept_lines group by cut;

-- metric: revenue_mom_growth
-- cuts: month
with monthly as (
    select strptime(month, '%Y-%m') as month_at, sum(net) as net from kept_lines group by month
)

select strftime(now.month_at, '%Y-%m') as cut, now.net / nullif(past.net, 0) - 1 as value
from monthly as now
left join monthly as past on past.month_at = now.month_at - interval 1 month;

-- metric: revenue_yoy_growth
-- cuts: month
with monthly as (
    select strptime(month, '%Y-%m') as month_at, sum(net) as net from kept_lines group by month
)

select strftime(now.month_at, '%Y-%m') as cut, now.net / nullif(past.net, 0) - 1 as value
from monthly as now
left join monthly as past on past.month_at = now.month_at - interval 1 year;

-- metric: delivered_revenue
-- by: rep__region, rep__team, product__category
with delivered as (
    select * replace (month_of(to_local(delivered_at)) as month) from kept_lines
    where delivered_at is not null
)

select {cut} as cut, sum(net) as value from delivered group by cut;

-- metric: invoiced_revenue
select {cut} as cut, sum(amount) as value from invoices group by cut;

-- metric: revenue_per_customer
select {cut} as cut, sum(net) / count(distinct customer) as value from kept_lines group by cut;
