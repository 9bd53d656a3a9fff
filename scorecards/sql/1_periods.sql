-- doubles to twelve digits: sums of them differ in the last ones with the order of rows; what is not finite becomes null
create or replace temp macro twelve_digits(figure) as
case
    when figure = 0 then 0
    when not isfinite(figure) then null
    else round(figure, cast(11 - floor(log10(abs(figure))) as integer))
end;

-- grain: one row per period of each grain, up to the one with the data-as-of day
-- periods are numbered, so that the one before is one less and the one of a year before `periods_a_year` less: for days
-- and weeks that is 52 weeks, which keeps weekdays together
create or replace temp table periods as
with grains (grain, step, periods_a_year, shown_periods) as (
    values
        ('day', interval 1 day, 364, 90),
        ('week', interval 7 day, 52, 53),
        ('month', interval 1 month, 12, null),
        ('quarter', interval 3 month, 4, null),
        ('year', interval 1 year, 1, null)
),

beginnings as (
    select min(period_start) as first_on
    from (
        select period_start from evaluated
        union all
        select period_start_on from performance.fct_targets
        union all
        select as_of_on from release
    )
),

starts as (
    select
        grains.*,
        cast(unnest(generate_series(
            cast(date_trunc(grains.grain, beginnings.first_on) as timestamp),
            cast(release.as_of_on as timestamp),
            grains.step
        )) as date) as period_start
    from grains
    cross join beginnings
    cross join release
),

numbered as (
    select
        *,
        cast(period_start + step as date) as period_end,
        row_number() over (partition by grain order by period_start) as period_no,
        row_number() over (partition by grain order by period_start desc) as periods_back
    from starts
)

select
    numbered.grain,
    numbered.period_no,
    numbered.periods_a_year,
    numbered.period_start,
    numbered.period_end,
    periods_back = 1 as is_newest,
    coalesce(periods_back <= shown_periods, true) as is_shown,
    release.as_of_on >= period_end - 1 as is_complete,
    -- the data-as-of day counts as over
    least((release.as_of_on + 1 - period_start) / (period_end - period_start), 1.0) as elapsed_share
from numbered
cross join release
