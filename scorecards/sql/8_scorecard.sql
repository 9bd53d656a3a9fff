-- grain: one row a metric, scope, key, grain and period
create or replace table performance.scorecard as
with compared as (
    select
        placed.*,
        periods.is_shown,
        min(placed.period_no) filter (placed.value is not null) over (
            partition by placed.metric, placed.scope, placed.scope_key, placed.grain
        ) as first_no,
        max(placed.value) over (series range between 1 preceding and 1 preceding) as previous_value,
        max(placed.value) over (
            series range between periods_a_year preceding and periods_a_year preceding
        ) as same_period_last_year,
        -- the running period is no part of the mean: it is not over
        case
            when is_complete
                then avg(placed.value) over (series range between (periods_a_year - 1) preceding and current row)
            else avg(placed.value) over (series range between periods_a_year preceding and 1 preceding)
        end as trailing_mean
    from placed
    inner join periods using (grain, period_no)
    window series as (
        partition by placed.metric, placed.scope, placed.scope_key, placed.grain order by placed.period_no
    )
),

-- what is only shown is joined to what is shown, after the windows have gone over all
seasonal as (
    select
        compared.*,
        periods.* exclude (grain, period_no, is_shown),
        catalogue.* exclude (metric),
        seasons.seasonal_index,
        -- what is due by now: of what adds up in its period, the share of the days that are gone
        cast(target_with_growth as double) * case when accumulates then elapsed_share else 1 end as due
    from compared
    inner join periods using (grain, period_no)
    inner join catalogue using (metric)
    left join seasons
        on compared.grain = seasons.grain
        and compared.metric = seasons.metric
        and compared.scope = seasons.scope
        and compared.scope_key = seasons.scope_key
        and month(periods.period_start) = seasons.month_of_year
    where compared.is_shown
),

judged as (
    select
        *,
        twelve_digits(case
            when better = 'down' and due >= 0 and value > 0 then due / value
            when better <> 'down' and due > 0 then value / due
        end) as attainment,
        case when better = 'down' then value <= due else value >= due end as is_reached
    from seasonal
)

select
    judged.metric,
    judged.label,
    judged.family,
    judged.scope,
    judged.scope_key,
    judged.grain,
    judged.period_start,
    judged.value,
    judged.target,
    judged.target_with_growth,
    judged.benchmark_low,
    judged.benchmark_typical,
    judged.benchmark_high,
    judged.previous_value,
    judged.same_period_last_year,
    case
        when judged.period_no - judged.first_no >= judged.periods_a_year - cast(judged.is_complete as integer)
            then twelve_digits(judged.trailing_mean)
    end as trailing_12m_mean,
    judged.seasonal_index,
    twelve_digits(judged.value / nullif(judged.seasonal_index, 0)) as seasonally_adjusted_value,
    case
        when judged.target is null then 'no_target'
        when judged.is_reached then 'on_track'
        when judged.attainment >= 0.9 then 'watch'
        when judged.value is not null then 'off_track'
    end as status,
    case when judged.target is not null then reviews.days_to_next_review end as days_to_next_review,
    moment.release_id,
    judged.attainment,
    judged.elapsed_share,
    judged.is_complete,
    judged.scope_name,
    judged.team,
    judged.region,
    judged.label_es,
    judged.unit,
    judged.better
from judged
cross join moment
left join reviews
    on judged.metric = reviews.metric
    and judged.scope = reviews.scope
    and judged.scope_key = reviews.scope_key
    and judged.grain = reviews.grain
order by judged.grain, judged.metric, judged.scope, judged.scope_key, judged.period_start;

-- read for the last time: its memory is for the next step
drop table placed;
