{{ config(schema='staging') }}
select * from {{ source('files', 'order_lines') }}
