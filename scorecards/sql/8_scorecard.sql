-- grain: one row per metric, scope, key, grain and period
create or replace table performance.scorecard as
with compared as (
    select
        scorecard_values.*,
        periods.is_shown,
        min(scorecard_values.period_no) filter (scorecard_values.value is not null) over (
            partition by scorecard_values.metric, scorecard_values.scope, scorecard_values.scope_key, scorecard_values.grain
        ) as first_no,
        max(scorecard_values.value) over (series range between 1 preceding and 1 preceding) as previous_value,
        max(scorecard_values.value) over (
            series range between periods_a_year preceding and periods_a_year preceding
        ) as same_period_last_year,
        -- the running period is no part of the mean: it is not over
        case
            when is_complete
                then avg(scorecard_values.value) over (series range between (periods_a_year - 1) preceding and current row)
            else avg(scorecard_values.value) over (series range between periods_a_year preceding and 1 preceding)
        end as trailing_mean
    from scorecard_values
    inner join periods using (grain, period_no)
    window series as (
        partition by scorecard_values.metric, scorecard_values.scope, scorecard_values.scope_key, scorecard_values.grain order by scorecard_values.period_no
    )
),

-- descriptive columns are joined to the shown rows only, after the windows have read all rows
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

rated as (
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
    rated.metric,
    rated.label,
    rated.family,
    rated.scope,
    rated.scope_key,
    rated.grain,
    rated.period_start,
    rated.value,
    rated.target,
    rated.target_with_growth,
    rated.benchmark_low,
    rated.benchmark_typical,
    rated.benchmark_high,
    rated.previous_value,
    rated.same_period_last_year,
    case
        when rated.period_no - rated.first_no >= rated.periods_a_year - cast(rated.is_complete as integer)
            then twelve_digits(rated.trailing_mean)
    end as trailing_12m_mean,
    rated.seasonal_index,
    twelve_digits(rated.value / nullif(rated.seasonal_index, 0)) as seasonally_adjusted_value,
    case
        when rated.target is null then 'no_target'
        when rated.is_reached then 'on_track'
        when rated.attainment >= 0.9 then 'watch'
        when rated.value is not null then 'off_track'
    end as status,
    case when rated.target is not null then target_reviews.days_to_next_review end as days_to_next_review,
    release.release_id,
    rated.attainment,
    rated.elapsed_share,
    rated.is_complete,
    rated.scope_name,
    rated.team,
    rated.region,
    rated.label_es,
    rated.unit,
    rated.better
from rated
cross join release
left join target_reviews
    on rated.metric = target_reviews.metric
    and rated.scope = target_reviews.scope
    and rated.scope_key = target_reviews.scope_key
    and rated.grain = target_reviews.grain
order by rated.grain, rated.metric, rated.scope, rated.scope_key, rated.period_start;

-- not read again: frees its memory for the next step
drop table scorecard_values;
