{{ config(schema='core') }}
select cast('2025-01-01' as date) as date_on
