-- grain: one row per rep and running period whose figure is behind its target; since: the start of the period
-- value: the figure over what is due of the target by now
select
    rules.alert_rule_key,
    scorecard.scope_key as rep_key,
    scorecard.metric,
    scorecard.metric || '|' || scorecard.grain || '|' || scorecard.period_start as subject_key,
    scorecard.label || ' is behind the pace of its target' as what,
    scorecard.label_es || ' va por detrás del ritmo de su objetivo' as what_es,
    'Go through the open deals and their next steps together' as what_to_do,
    'Repasar juntos las oportunidades abiertas y sus próximos pasos' as what_to_do_es,
    cast(scorecard.period_start as timestamp) as since_at,
    scorecard.attainment as value
from rules
inner join performance.scorecard
    on scorecard.scope = 'rep'
    and scorecard.metric = coalesce(rules.metric, 'revenue')
    and scorecard.attainment < rules.threshold
inner join periods
    on scorecard.grain = periods.grain
    and scorecard.period_start = periods.period_start
    and periods.is_newest
