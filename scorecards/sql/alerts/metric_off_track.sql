-- grain: one row per metric, key and grain of the rule's scope that is off its newest target; since: the start of the period
-- value: the figure over what is due by now (the other way round where lower is better), none where the target is not
-- above zero; a rule that names the metric counts before one that names none
with newest as (
    select *
    from performance.scorecard
    where status <> 'no_target'
    qualify row_number() over (
        partition by metric, scope, scope_key, grain order by period_start desc
    ) = 1
),

ruled as (
    select newest.*, rules.alert_rule_key, rules.threshold
    from newest
    inner join rules
        on newest.scope = rules.scope
        and (rules.metric is null or rules.metric = newest.metric)
    qualify row_number() over (
        partition by newest.metric, newest.scope, newest.scope_key, newest.grain
        order by rules.metric is null
    ) = 1
)

select
    alert_rule_key,
    case when scope = 'rep' then scope_key end as rep_key,
    team,
    region,
    metric,
    metric || '|' || scope_key || '|' || grain || '|' || period_start as subject_key,
    ruled.label || ' is off track' as what,
    ruled.label_es || ' está fuera de objetivo' as what_es,
    coalesce(nullif(catalogue.action, ''), 'See what moved it: embudo query ' || metric || ' --by rep__team')
        as what_to_do,
    'Ver qué lo ha movido: embudo query ' || metric || ' --by rep__team' as what_to_do_es,
    cast(period_start as timestamp) as since_at,
    attainment as value
from ruled
inner join catalogue using (metric)
where coalesce(attainment < threshold, status = 'off_track')
