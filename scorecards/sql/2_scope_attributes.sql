-- grain: one row per rep or team and period, with its name, team and region at the end of the period (of the running
-- period: at the data-as-of time)
-- a team is of a region where all of its reps are
create or replace temp table scope_attributes as
with members as (
    select
        reps.rep_key,
        periods.grain,
        periods.period_no,
        reps.rep_name,
        reps.team,
        reps.region
    from core.dim_reps as reps
    cross join release
    inner join periods
        on reps.valid_from_at < least(cast(periods.period_end as timestamp), release.as_of)
        and reps.valid_to_at >= least(cast(periods.period_end as timestamp), release.as_of)
)

select 'rep' as scope, rep_key as scope_key, grain, period_no, rep_name as scope_name, team, region
from members
union all
select
    'team' as scope,
    team as scope_key,
    grain,
    period_no,
    team as scope_name,
    team,
    case when min(region) = max(region) and count(*) = count(region) then min(region) end as region
from members
where team is not null
group by team, grain, period_no
