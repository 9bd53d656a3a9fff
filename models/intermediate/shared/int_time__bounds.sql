-- grain: one row, the first and last day that figures can fall on
with settings as (
    select * from {{ ref('stg_embudo__settings') }}
),

stream_starts as (
    select * from {{ ref('stg_files__stream_starts') }}
),

first_times as (
    select
        min(coalesce(stream_starts.first_at, settings.as_of)) as first_at,
        max(settings.as_of_on) as as_of_on
    from stream_starts
    cross join settings
),

final as (
    select
        cast({{ dbt.date_trunc('month', local_time('first_at')) }} as date) as first_on,
        cast(cast(extract(year from as_of_on) as {{ dbt.type_string() }}) || '-12-31' as date) as last_on
    from first_times
)

select * from final
