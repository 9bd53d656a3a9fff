-- grain: one row per source that has brought nothing newer; since: the latest business time of its rows
select
    rules.alert_rule_key,
    sources.source as subject_key,
    'A source has gone quiet' as what,
    'Una fuente ha dejado de traer datos' as what_es,
    'See whether its export still runs: embudo status' as what_to_do,
    'Comprobar que su exportación sigue en marcha: embudo status' as what_to_do_es,
    sources.newest_at as since_at,
    epoch(release.as_of - sources.newest_at) / rules.unit_seconds as value
from rules
cross join release
cross join sources
where value > rules.threshold
