{{ config(schema='staging') }}
select * from {{ source('files', 'deals') }}
