-- grain: one row per value or target, with its scope's attributes and the benchmark that is valid on the first day of
-- its period
create or replace temp table scorecard_values as
with located as (
    select
        period_values.*,
        periods.period_start,
        coalesce(scope_attributes.scope_name, period_values.scope_key) as scope_name,
        case when period_values.scope = 'team' then period_values.scope_key else scope_attributes.team end as team,
        case when period_values.scope = 'region' then period_values.scope_key else scope_attributes.region end as region
    from period_values
    inner join periods using (grain, period_no)
    left join scope_attributes using (scope, scope_key, grain, period_no)
),

benchmarked as (
    select distinct metric, coalesce(region, '') as benchmark_region, period_start
    from located
    where metric in (select metric from performance.dim_benchmarks)
),

chosen as (
    select
        benchmarked.*,
        benchmarks.low as benchmark_low,
        benchmarks.typical as benchmark_typical,
        benchmarks.high as benchmark_high
    from benchmarked
    inner join performance.dim_benchmarks as benchmarks
        on benchmarked.metric = benchmarks.metric
        and benchmarked.period_start >= benchmarks.valid_from_on
        and benchmarked.period_start < benchmarks.valid_to_on
    where benchmarks.region is null or lower(trim(benchmarks.region)) = lower(trim(benchmarked.benchmark_region))
    qualify row_number() over (
        partition by benchmarked.metric, benchmarked.benchmark_region, benchmarked.period_start
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
    and coalesce(located.region, '') = chosen.benchmark_region
    and located.period_start = chosen.period_start;

-- not read again: frees its memory for the next step
drop table period_values;
