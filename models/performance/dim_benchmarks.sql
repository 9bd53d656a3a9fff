-- grain: one row per benchmark that can count for the company, of its own industry or of any, and the days it is valid on
with benchmarks as (
    select * from {{ ref('benchmarks') }}
),

settings as (
    select * from {{ ref('stg_embudo__settings') }}
),

relevant_benchmarks as (
    select benchmarks.*
    from benchmarks
    cross join settings
    where benchmarks.industry is null
        or lower(trim(benchmarks.industry)) = lower(trim(settings.industry))
),

final as (
    select
        -- keys
        metric || '|' || coalesce(industry, '') || '|' || coalesce(region, '') || '|'
        || cast(valid_from as {{ dbt.type_string() }}) as benchmark_key,

        -- attributes
        metric,
        industry,
        region,
        unit,
        source as benchmark_source,

        -- measures
        cast(low as decimal(18, 6)) as low,
        cast(typical as decimal(18, 6)) as typical,
        cast(high as decimal(18, 6)) as high,

        -- times
        valid_from as valid_from_on,
        lead(valid_from, 1, cast('9999-12-31' as date)) over (
            partition by metric, industry, region order by valid_from
        ) as valid_to_on
    from relevant_benchmarks
)

select * from final
