-- grain: one row per lead that nobody has touched and that is neither disqualified nor a deal; since: its creation
select
    rules.alert_rule_key,
    leads.rep_key,
    leads.lead_key as subject_key,
    'A lead has had no answer' as what,
    'Un lead sigue sin respuesta' as what_es,
    'Call or write today' as what_to_do,
    'Llamar o escribir hoy' as what_to_do_es,
    leads.created_at as since_at,
    epoch(release.as_of - leads.created_at) / rules.unit_seconds as value
from rules
cross join release
inner join funnel.fct_leads as leads
    on not leads.is_contacted and not leads.is_disqualified and leads.deal_key is null
where value > rules.threshold
