{{ config(schema='core') }}
select * from {{ ref('stg_users') }}
