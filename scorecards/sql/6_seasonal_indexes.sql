-- grain: one row per metric, scope and calendar month with its seasonal index, where two years of complete months are known
-- ratio to moving average: each month over the mean of the twelve months around it (two windows of twelve, half a month
-- apart, averaged), the mean of these ratios by calendar month, scaled so that the twelve of them average one; figures
-- that are ever negative have none, because a season multiplies
create or replace temp table seasons as
with months as (
    select
        period_values.metric,
        period_values.scope,
        period_values.scope_key,
        period_values.period_no,
        month(periods.period_start) as month_of_year,
        period_values.value
    from period_values
    inner join periods using (grain, period_no)
    where period_values.grain = 'month' and periods.is_complete and period_values.value is not null
),

smoothed as (
    select
        *,
        min(value) over (partition by metric, scope, scope_key) as lowest,
        count(*) over (around range between 6 preceding and 6 following) as months_around,
        (
            avg(value) over (around range between 6 preceding and 5 following)
            + avg(value) over (around range between 5 preceding and 6 following)
        ) / 2 as moving_average
    from months
    window around as (partition by metric, scope, scope_key order by period_no)
),

ratios as (
    select metric, scope, scope_key, month_of_year, avg(value / moving_average) as ratio
    from smoothed
    where months_around = 13 and lowest >= 0 and moving_average > 0
    group by all
)

select
    'month' as grain,
    metric,
    scope,
    scope_key,
    month_of_year,
    round(ratio / nullif(avg(ratio) over series, 0), 9) as seasonal_index
from ratios
window series as (partition by metric, scope, scope_key)
qualify count(*) over series = 12
