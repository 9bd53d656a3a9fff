-- Orders that are not cancelled, by the day they were placed in Madrid; returns by their own day.

-- metric: revenue
-- by: rep__region, rep__team, product__category
select {cut} as cut, sum(net) as value from kept_lines group by cut;

-- metric: gross_revenue
-- by: rep__region, rep__team, product__category
select {cut} as cut, sum(case when is_return then 0 else net end) as value from kept_lines group by cut;

-- metric: returned_revenue
-- by: rep__region, rep__team, product__category
select {cut} as cut, sum(case when is_return then -net else 0 end) as value from kept_lines group by cut;

-- metric: return_rate
-- by: rep__region, rep__team, product__category
select {cut} as cut, sum(case when is_return then -net else 0 end) / nullif(sum(case when is_return then 0 else net end), 0) as value
from kept_lines group by cut;

-- metric: orders
-- by: rep__region, rep__team
select {cut} as cut, count(*) as value from kept_orders group by cut;

-- metric: units_sold
-- by: rep__region, rep__team, product__category
select {cut} as cut, sum(quantity) as value from kept_lines group by cut;

-- metric: average_order_value
-- by: rep__region, rep__team
select {cut} as cut, sum(net) / count(distinct order_id) as value from sale_lines group by cut;

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
-- monthly by: rep__region
with lines as (
    select month, rep__region, net as now_net, 0 as past_net from kept_lines
    union all
    select month_of(strptime(month, '%Y-%m') + interval 1 month), rep__region, 0, net from kept_lines
    where strptime(month, '%Y-%m') + interval 1 month <= (select day from as_of)
)

select {cut} as cut, nullif(sum(now_net), 0) / nullif(sum(past_net), 0) - 1 as value from lines group by cut;

-- metric: revenue_yoy_growth
-- cuts: month
-- monthly by: rep__region
with lines as (
    select month, rep__region, net as now_net, 0 as past_net from kept_lines
    union all
    select month_of(strptime(month, '%Y-%m') + interval 1 year), rep__region, 0, net from kept_lines
    where strptime(month, '%Y-%m') + interval 1 year <= (select day from as_of)
)

select {cut} as cut, nullif(sum(now_net), 0) / nullif(sum(past_net), 0) - 1 as value from lines group by cut;

-- metric: revenue_month_to_date
-- cuts: month
-- monthly by: rep__region, product__category
with lines as (
    select month_ends.month, kept_lines.* exclude (month)
    from month_ends
    inner join kept_lines
        on kept_lines.ordered_on <= month_ends.day
        and kept_lines.ordered_on >= date_trunc('month', month_ends.day)
)

select {cut} as cut, sum(net) as value from lines group by cut;

-- metric: revenue_quarter_to_date
-- cuts: month
-- monthly by: rep__region, product__category
with lines as (
    select month_ends.month, kept_lines.* exclude (month)
    from month_ends
    inner join kept_lines
        on kept_lines.ordered_on <= month_ends.day
        and kept_lines.ordered_on >= date_trunc('quarter', month_ends.day)
)

select {cut} as cut, sum(net) as value from lines group by cut;

-- metric: revenue_year_to_date
-- cuts: month
-- monthly by: rep__region, product__category
with lines as (
    select month_ends.month, kept_lines.* exclude (month)
    from month_ends
    inner join kept_lines
        on kept_lines.ordered_on <= month_ends.day
        and kept_lines.ordered_on >= date_trunc('year', month_ends.day)
)

select {cut} as cut, sum(net) as value from lines group by cut;

-- metric: revenue_trailing_12_months
-- cuts: month
-- monthly by: rep__region, product__category
with lines as (
    select month_ends.month, kept_lines.* exclude (month)
    from month_ends
    inner join kept_lines
        on kept_lines.ordered_on <= month_ends.day
        and kept_lines.ordered_on > last_day(month_ends.day - interval 12 month)
)

select {cut} as cut, sum(net) as value from lines group by cut;

-- metric: delivered_revenue
-- by: rep__region, rep__team, product__category
with delivered as (
    select * replace (month_of(to_local(delivered_at)) as month) from kept_lines
    where delivered_at is not null
)

select {cut} as cut, sum(net) as value from delivered group by cut;

-- metric: invoiced_revenue
-- by: rep__region
select {cut} as cut, sum(amount) as value from invoices group by cut;

-- metric: revenue_per_customer
-- by: rep__region, account__industry, product__category
select {cut} as cut, sum(net) / nullif(count(distinct case when not is_return then customer end), 0) as value from kept_lines group by cut;

-- metric: new_business_revenue
-- by: rep__region, product__category
select {cut} as cut, sum(case when motion = 'new' then net else 0 end) as value from motions group by cut;

-- metric: cross_sell_revenue
-- by: rep__region, product__category
select {cut} as cut, sum(case when motion = 'cross_sell' then net else 0 end) as value from motions group by cut;

-- metric: up_sell_revenue
-- by: rep__region, product__category
select {cut} as cut, sum(case when motion = 'up_sell' then net else 0 end) as value from motions group by cut;

-- metric: repeat_revenue
-- by: rep__region, product__category
select {cut} as cut, sum(case when motion = 'repeat' then net else 0 end) as value from motions group by cut;

-- metric: expansion_rate
-- by: rep__region, product__category
select {cut} as cut, sum(case when motion in ('cross_sell', 'up_sell') then net else 0 end) / nullif(sum(net), 0) as value
from motions group by cut;

-- metric: revenue_per_rep
-- by: rep__region, product__category
select {cut} as cut, sum(net) / nullif(count(distinct case when not is_return then seller_id end), 0) as value from kept_lines group by cut;

-- metric: revenue_per_selling_hour
-- by: rep__region
with sold as (select {cut} as cut, sum(net) as net from kept_lines group by cut),

worked as (select {cut} as cut, sum(seconds) / 3600 as hours from states where state = 'SELL' group by cut)

select worked.cut, sold.net / nullif(worked.hours, 0) as value
from worked
left join sold on sold.cut is not distinct from worked.cut;
