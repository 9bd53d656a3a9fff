-- an order line, deal or invoice whose currency has no rate at its day has no amount: nothing is released of it
select 'order line' as what, order_line_key as row_key from {{ ref('fct_order_lines') }} where net_amount is null
union all
select 'invoice' as what, invoice_key as row_key from {{ ref('fct_invoices') }} where invoice_amount is null
union all
select 'spend' as what, spend_key as row_key from {{ ref('fct_marketing_spend') }} where spend_amount is null
union all
select 'staff cost' as what, staff_cost_key as row_key from {{ ref('fct_staff_costs') }} where staff_cost_amount is null
union all
select 'target' as what, target_key as row_key from {{ ref('fct_targets') }} where target is null
union all
select
    'deal' as what,
    deal_key as row_key
from {{ ref('int_deals__deals') }}
where amount is null and amount_local is not null
