-- grain: one row per open deal without activity; since: the last activity, or the creation where it is later
-- as in stale_opportunities, a deal of which neither is known counts
select
    rules.alert_rule_key,
    deals.rep_key,
    deals.deal_key as subject_key,
    'An open deal has had no activity' as what,
    'Una oportunidad abierta no ha tenido actividad' as what_es,
    'Take the next step, or close the deal as lost' as what_to_do,
    'Dar el siguiente paso, o cerrarla como perdida' as what_to_do_es,
    deals.idle_since_at as since_at,
    epoch(release.as_of - deals.idle_since_at) / rules.unit_seconds as value
from rules
cross join release
cross join funnel.fct_open_deals as deals
where coalesce(value >= rules.threshold, true)
