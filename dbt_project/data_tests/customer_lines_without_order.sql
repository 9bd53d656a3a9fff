-- lines whose order has not landed, or was deleted: they are in no figure until it lands
{{ config(severity='warn', meta={
    'expected': 'each order line has an order',
    'remedy': 'Deliver the orders with these order_ids, or write the ids in the same form in both streams; until then the lines are in no figure.',
}) }}
select
    order_lines.order_line_key,
    order_lines.order_key
from {{ ref('stg_files__order_lines') }} as order_lines
left join {{ ref('stg_files__orders') }} as orders on order_lines.order_key = orders.order_key
where orders.order_key is null
