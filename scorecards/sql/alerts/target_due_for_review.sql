-- grain: one row per metric, scope and grain whose targets are due for a review; since: the day on which it was due
-- a rule that names the metric counts before one that names none
with ruled as (
    select target_reviews.*, rules.alert_rule_key, rules.threshold, rules.unit_seconds
    from target_reviews
    inner join rules on rules.metric is null or rules.metric = target_reviews.metric
    qualify row_number() over (
        partition by target_reviews.metric, target_reviews.scope, target_reviews.scope_key, target_reviews.grain
        order by rules.metric is null
    ) = 1
)

select
    ruled.alert_rule_key,
    case when ruled.scope = 'rep' then ruled.scope_key end as rep_key,
    case when ruled.scope = 'team' then ruled.scope_key end as team,
    case when ruled.scope = 'region' then ruled.scope_key end as region,
    ruled.metric,
    ruled.metric || '|' || ruled.scope_key || '|' || ruled.grain as subject_key,
    'Targets of ' || catalogue.label || ' are due for review' as what,
    'Los objetivos de ' || catalogue.label_es || ' están pendientes de revisión' as what_es,
    'Review them, and reset them with today''s date in set_on' as what_to_do,
    'Revisarlos y fijarlos de nuevo con la fecha de hoy en set_on' as what_to_do_es,
    cast(ruled.next_review_on as timestamp) as since_at,
    cast(-ruled.days_to_next_review as double) as value
from ruled
inner join catalogue on ruled.metric = catalogue.metric
where -ruled.days_to_next_review * 86400 > ruled.threshold * ruled.unit_seconds
