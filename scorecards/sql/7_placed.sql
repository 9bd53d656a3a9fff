-- grain: one row a cell, with who it is about and the benchmark that holds for it on the first day of its period
create or replace temp table placed as
with located as (
    select
        cells.*,
        periods.period_start,
        coalesce(whereabouts.scope_name, cells.scope_key) as scope_name,
        case when cells.scope = 'team' then cells.scope_key else whereabouts.team end as team,
        case when cells.scope = 'region' then cells.scope_key else whereabouts.region end as region
    from cells
    inner join periods using (grain, period_no)
    left join whereabouts using (scope, scope_key, grain, period_no)
),

places as (
    select distinct metric, coalesce(region, '') as place, period_start
    from located
    where metric in (select metric from performance.dim_benchmarks)
),

chosen as (
    select
        places.*,
        benchmarks.low as benchmark_low,
        benchmarks.typical as benchmark_typical,
        benchmarks.high as benchmark_high
    from places
    inner join performance.dim_benchmarks as benchmarks
        on places.metric = benchmarks.metric
        and places.period_start >= benchmarks.valid_from_on
        and places.period_start < benchmarks.valid_to_on
    where benchmarks.region is null or lower(trim(benchmarks.region)) = lower(trim(places.place))
    qualify row_number() over (
        partition by places.metric, places.place, places.period_start
        order by benchmarks.industry is null, benchmarks.region is null, benchmarks.benchmark_key
    ) = 1
)

select
    located.* exclude (period_start),
    chosen.benchmark_low,
    chosen.benchmark_typical,
    chosen.benchmark_high
from located
left join chosen
    on located.metric = chosen.metric
    and coalesce(located.region, '') = chosen.place
    and located.period_start = chosen.period_start;

-- read for the last time: its memory is for the next step
drop table cells;
