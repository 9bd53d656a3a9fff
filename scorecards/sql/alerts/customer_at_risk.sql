-- grain: one row per customer of three orders or more who stays away for longer than usual; since: the last order
-- value: days since then over the customer's own usual gap
select
    rules.alert_rule_key,
    reps.rep_key,
    customers.customer_key as subject_key,
    'A customer has not ordered for longer than usual' as what,
    'Un cliente lleva sin comprar más de lo habitual' as what_es,
    'Call, and find out why' as what_to_do,
    'Llamar y averiguar por qué' as what_to_do_es,
    cast(customers.last_order_on as timestamp) as since_at,
    customers.recency_days / nullif(customers.usual_gap_days, 0) as value
from rules
cross join release
inner join customer.fct_customer_month_ends as customers
    on customers.month_end_on = release.as_of_on
    and customers.orders_to_date >= 3
    and customers.recency_days > rules.threshold * customers.usual_gap_days
left join core.dim_reps as reps on customers.rep_version_key = reps.rep_version_key
