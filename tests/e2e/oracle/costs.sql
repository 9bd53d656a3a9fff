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
left join cost on cost.cut = won.cut;

-- metric: cost_per_lead
with cost as (select {cut} as cut, sum(amount) as amount from spend group by cut),

made as (select {cut} as cut, count(*) as leads from leads group by cut)

select made.cut, coalesce(cost.amount, 0) / made.leads as value
from made
left join cost on cost.cut = made.cut;

-- metric: quota
-- by: rep__region
select {cut} as cut, sum(target) as value from quotas group by cut;

-- metric: quota_attainment
-- by: rep__region
with set_quotas as (select {cut} as cut, sum(target) as target from quotas group by cut),

sold as (select {cut} as cut, sum(net) as net from kept_lines group by cut)

select set_quotas.cut, coalesce(sold.net, 0) / nullif(set_quotas.target, 0) as value
from set_quotas
left join sold on sold.cut = set_quotas.cut;
