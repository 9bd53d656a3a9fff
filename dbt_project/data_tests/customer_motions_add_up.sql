-- every line of an order that was not cancelled is one kind of sale, so that the kinds add up to revenue
select order_line_key
from {{ ref('fct_order_lines') }}
where is_cancelled <> (sale_motion is null)
