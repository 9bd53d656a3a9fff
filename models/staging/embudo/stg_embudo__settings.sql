-- grain: one row, what embudo.yml and this refresh set
with source as (
    select * from {{ source('embudo', 'settings') }}
),

final as (
    select
        company,
        time_zone,
        currency,
        country,
        industry,
        revenue_from,
        as_of,
        as_of_on,
        load_seq,
        run_id
    from source
)

select * from final
