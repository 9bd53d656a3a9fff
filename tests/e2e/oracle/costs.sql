-- Spend by its day, staff and quotas by their month.

-- metric: marketing_spend
-- by: campaign__channel
select {cut} as cut, sum(amount) as value from spend group by cut;

-- metric: sales_staff_cost
-- by: rep__region
select {cut} as cut, sum(cost) as value from staff_costs group by cut;

-- metric: selling_expense
with both_costs as (
    select month, amount from spend
    union all
    select month, cost as amount from staff_costs
)

select {cut} as cut, sum(amount) as value from both_costs group by cut;

-- metric: customer_acquisition_cost
with paid as (
    select month, amount from spend
    union all
    select month, cost as amount from staff_costs
    where acquires
),

firsts as (
    select month from kept_orders
    qualify row_number() over (partition by customer order by ordered_at) = 1
),

cost as (select {cut} as cut, sum(amount) as amount from paid group by cut),

won as (select {cut} as cut, count(*) as customers from firsts group by cut)

select won.cut, coalesce(cost.amount, 0) / won.customers as value
from won
left join cost on cost.cut is not distinct from won.cut;

-- metric: cost_per_lead
-- by: campaign__channel
with cost as (select {cut} as cut, sum(amount) as amount from spend group by cut),

made as (
    select {cut} as cut, count(*) as leads
    from (
        select leads.*, campaigns.channel as campaign__channel
        from leads
        left join campaigns on campaigns.campaign_id = leads.campaign
    )
    group by cut
)

select made.cut, coalesce(cost.amount, 0) / made.leads as value
from made
left join cost on cost.cut is not distinct from made.cut;

-- metric: quota
-- by: rep__region
select {cut} as cut, sum(target) as value from quotas group by cut;

-- metric: quota_attainment
-- by: rep__region
with set_quotas as (select {cut} as cut, sum(target) as target from quotas group by cut),

sold as (select {cut} as cut, sum(net) as net from kept_lines group by cut)

select set_quotas.cut, coalesce(sold.net, 0) / nullif(set_quotas.target, 0) as value
from set_quotas
left join sold on sold.cut is not distinct from set_quotas.cut;

-- metric: cost_of_sales
with all_costs as (
    select month, amount from spend
    union all
    select month, cost as amount from staff_costs
    union all
    select month, cost as amount from kept_lines
)

select {cut} as cut, sum(amount) as value from all_costs group by cut;

-- metric: cost_of_sales_rate
with all_costs as (
    select month, amount from spend
    union all
    select month, cost as amount from staff_costs
    union all
    select month, cost as amount from kept_lines
),

paid as (select {cut} as cut, sum(amount) as amount from all_costs group by cut),

sold as (select {cut} as cut, sum(net) as net from kept_lines group by cut)

select sold.cut, paid.amount / nullif(sold.net, 0) as value
from sold
left join paid on paid.cut is not distinct from sold.cut;

-- metric: cost_per_sale
-- by: product__category
with months as (
    select month, sum(amount) as amount
    from (
        select month, amount from spend
        union all
        select month, cost as amount from staff_costs
    )
    group by month
),

shares as (
    select month, product__category, sum(net) / sum(sum(net)) over (partition by month) as share
    from sale_lines
    group by month, product__category
),

shared as (
    select months.month, shares.product__category, months.amount * coalesce(shares.share, 1) as amount
    from months
    left join shares on shares.month = months.month
),

cost as (select {cut} as cut, sum(amount) as amount from shared group by cut),

made as (select {cut} as cut, count(distinct order_id) as orders from sale_lines group by cut)

select made.cut, cost.amount / made.orders as value
from made
left join cost on cost.cut is not distinct from made.cut;

-- metric: break_even_revenue
with fixed as (select {cut} as cut, sum(amount) as amount from fixed_costs group by cut),

sold as (select {cut} as cut, (sum(net) - sum(cost)) / nullif(sum(net), 0) as margin_rate from kept_lines group by cut)

select fixed.cut, fixed.amount / nullif(sold.margin_rate, 0) as value
from fixed
left join sold on sold.cut is not distinct from fixed.cut;

-- metric: break_even_attainment
with fixed as (select {cut} as cut, sum(amount) as amount from fixed_costs group by cut),

sold as (select {cut} as cut, sum(net) as net, (sum(net) - sum(cost)) / nullif(sum(net), 0) as margin_rate from kept_lines group by cut)

select fixed.cut, sold.net / nullif(fixed.amount / nullif(sold.margin_rate, 0), 0) as value
from fixed
left join sold on sold.cut is not distinct from fixed.cut;

-- metric: rep_return
-- by: rep__region
with paid as (select {cut} as cut, sum(cost) as cost from staff_costs group by cut),

sold as (select {cut} as cut, sum(net) - sum(cost) as margin from kept_lines group by cut)

select paid.cut, sold.margin / nullif(paid.cost, 0) as value
from paid
left join sold on sold.cut is not distinct from paid.cut;

-- Quotas of reps, month by month: met where the month's revenue of the rep's own orders reached it.

-- metric: target_attainment_rate
-- by: rep__region
with judged as (
    select
        quotas.*,
        coalesce((
            select sum(net) from kept_lines
            where kept_lines.seller_id = quotas.user_id and kept_lines.month = quotas.month
        ), 0) >= quotas.target as is_met
    from quotas
)

select {cut} as cut, count(*) filter (where is_met) / count(*) as value from judged group by cut;

-- metric: days_to_quota
-- by: rep__region
with sold_days as (
    select seller_id, month, ordered_on, sum(net) as net from kept_lines
    group by seller_id, month, ordered_on
),

running as (
    select *, sum(net) over (partition by seller_id, month order by ordered_on) as so_far
    from sold_days
),

reached as (
    select
        quotas.month,
        quotas.rep__region,
        date_diff(
            'day',
            cast(strptime(quotas.month, '%Y-%m') as date),
            min(running.ordered_on) filter (where running.so_far >= quotas.target)
        ) as days
    from quotas
    inner join running on running.seller_id = quotas.user_id and running.month = quotas.month
    group by quotas.user_id, quotas.month, quotas.rep__region, quotas.target
    having sum(running.net) >= quotas.target
)

select {cut} as cut, avg(days) as value from reached
where days is not null group by cut;
