-- grain: one row per metric, scope, key, grain and period with a value or a target
-- what counts or adds up is zero where nothing happened, from its first value to the last of its scope in any metric
create or replace temp table period_values as
with valued as (
    select
        evaluated.metric,
        evaluated.scope,
        evaluated.scope_key,
        evaluated.grain,
        periods.period_no,
        twelve_digits(evaluated.value) as value
    from evaluated
    inner join periods
        on evaluated.grain = periods.grain
        and evaluated.period_start = periods.period_start
    where isfinite(evaluated.value)
),

last_periods as (
    select scope, scope_key, grain, max(period_no) as last_no
    from valued
    group by all
),

grid as (
    select
        valued.metric,
        valued.scope,
        valued.scope_key,
        valued.grain,
        unnest(range(min(valued.period_no), any_value(last_periods.last_no) + 1)) as period_no
    from valued
    inner join last_periods using (scope, scope_key, grain)
    inner join catalogue using (metric)
    where catalogue.is_zero_when_absent
    group by valued.metric, valued.scope, valued.scope_key, valued.grain
),

targets as (
    select
        stated.metric,
        stated.scope,
        stated.scope_key,
        stated.grain,
        periods.period_no,
        stated.target,
        stated.target_with_growth
    from stated_targets as stated
    inner join periods
        on stated.grain = periods.grain
        and stated.period_start_on >= periods.period_start
        and stated.period_start_on < periods.period_end
    qualify row_number() over (
        partition by stated.metric, stated.scope, stated.scope_key, stated.grain, periods.period_no
        order by stated.set_on desc nulls last, stated.period_start_on desc
    ) = 1
),

keys as (
    select metric, scope, scope_key, grain, period_no from valued
    union
    select metric, scope, scope_key, grain, period_no from grid
    union
    select metric, scope, scope_key, grain, period_no from targets
)

select
    keys.*,
    coalesce(valued.value, case when catalogue.is_zero_when_absent then 0 end) as value,
    targets.target,
    targets.target_with_growth
from keys
inner join catalogue using (metric)
left join valued using (metric, scope, scope_key, grain, period_no)
left join targets using (metric, scope, scope_key, grain, period_no);

-- not read again: frees its memory for the next step
drop table evaluated;
