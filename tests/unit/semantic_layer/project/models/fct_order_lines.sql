{{ config(schema='customer') }}
select * from {{ ref('stg_order_lines') }} inner join {{ ref('stg_orders') }} using (order_key)
