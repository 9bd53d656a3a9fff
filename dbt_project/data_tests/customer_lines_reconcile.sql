-- every line of a landed order is in the mart once, with the same quantity
with landed as (
    select
        order_line_key,
        quantity
    {%- if var('revenue_from') == 'deals' %}
    from {{ ref('int_orders__deal_lines') }}
    {%- else %}
    from {{ ref('int_orders__landed_lines') }}
    {%- endif %}
),

marted as (
    select
        order_line_key,
        quantity
    from {{ ref('fct_order_lines') }}
)

select coalesce(landed.order_line_key, marted.order_line_key) as order_line_key
from landed
full outer join marted on landed.order_line_key = marted.order_line_key
where landed.order_line_key is null or marted.order_line_key is null or landed.quantity <> marted.quantity
