-- every line of a sale that was not cancelled is one kind of sale, so that the kinds add up to gross revenue
select order_line_key
from {{ ref('fct_order_lines') }}
where (is_cancelled or kind = 'return') <> (sale_motion is null)
