{{ config(schema='funnel') }}
select * from {{ ref('stg_deals') }}
