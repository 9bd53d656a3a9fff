-- grain: one row a rule and what it is about; `found` is what the rules have found
-- a rep's team and region are those of the data-as-of time; what has none of the rule's scope is told to the company
create or replace table performance.alerts as
with reps as (
    select rep_key, rep_name, team, region
    from core.dim_reps
    where is_latest
),

located as (
    select
        found.* exclude (team, region),
        rules.* exclude (alert_rule_key, metric),
        reps.rep_name,
        coalesce(found.team, reps.team) as team,
        coalesce(found.region, reps.region) as region
    from found
    inner join alert_rules as rules on found.alert_rule_key = rules.alert_rule_key
    left join reps on found.rep_key = reps.rep_key
),

told as (
    select
        *,
        case scope when 'rep' then rep_key when 'team' then team when 'region' then region end as told_key
    from located
)

select
    told.rule,
    told.severity,
    case when told.told_key is null then 'company' else told.scope end as scope,
    coalesce(told.told_key, 'company') as scope_key,
    case
        when told.told_key is null then 'company'
        when told.scope = 'rep' then coalesce(told.rep_name, told.told_key)
        else told.told_key
    end as scope_name,
    told.subject_key,
    told.metric,
    told.what,
    told.since_at,
    twelve_digits(told.value) as value,
    told.threshold,
    told.unit,
    told.what_to_do,
    told.rep_key,
    told.team,
    told.region,
    told.what_es,
    told.what_to_do_es,
    moment.release_id
from told
cross join moment
where told.look_back_days is null
    or told.since_at >= moment.as_of - to_days(cast(told.look_back_days as integer))
order by told.rule, told.scope, told.told_key, told.since_at, told.subject_key
