-- grain: one row per rule and subject; `detected` has what the rules detect
-- a rep's team and region are those of the data-as-of time; what has none of the rule's scope is
-- addressed to the company
create or replace table performance.alerts as
with reps as (
    select rep_key, rep_name, team, region
    from core.dim_reps
    where is_latest
),

located as (
    select
        detected.* exclude (team, region),
        rules.* exclude (alert_rule_key, metric),
        reps.rep_name,
        coalesce(detected.team, reps.team) as team,
        coalesce(detected.region, reps.region) as region
    from detected
    inner join alert_rules as rules on detected.alert_rule_key = rules.alert_rule_key
    left join reps on detected.rep_key = reps.rep_key
),

addressed as (
    select
        *,
        case scope when 'rep' then rep_key when 'team' then team when 'region' then region end as recipient_key
    from located
)

select
    addressed.rule,
    addressed.severity,
    case when addressed.recipient_key is null then 'company' else addressed.scope end as scope,
    coalesce(addressed.recipient_key, 'company') as scope_key,
    case
        when addressed.recipient_key is null then 'company'
        when addressed.scope = 'rep' then coalesce(addressed.rep_name, addressed.recipient_key)
        else addressed.recipient_key
    end as scope_name,
    addressed.subject_key,
    addressed.metric,
    addressed.what,
    addressed.since_at,
    twelve_digits(addressed.value) as value,
    addressed.threshold,
    addressed.unit,
    addressed.what_to_do,
    addressed.rep_key,
    addressed.team,
    addressed.region,
    addressed.what_es,
    addressed.what_to_do_es,
    release.release_id
from addressed
cross join release
where addressed.look_back_days is null
    or addressed.since_at >= release.as_of - to_days(cast(addressed.look_back_days as integer))
order by addressed.rule, addressed.scope, addressed.recipient_key, addressed.since_at, addressed.subject_key
