-- every line of a landed order is in the mart once, with the same quantity
with landed_lines as (
    select
        order_line_key,
        quantity
    {%- if var('revenue_from') == 'deals' %}
    from {{ ref('int_orders__deal_lines') }}
    {%- else %}
    from {{ ref('int_orders__landed_lines') }}
    {%- endif %}
),

mart_lines as (
    select
        order_line_key,
        quantity
    from {{ ref('fct_order_lines') }}
)

select coalesce(landed_lines.order_line_key, mart_lines.order_line_key) as order_line_key
from landed_lines
full outer join mart_lines on landed_lines.order_line_key = mart_lines.order_line_key
where landed_lines.order_line_key is null or mart_lines.order_line_key is null or landed_lines.quantity <> mart_lines.quantity
