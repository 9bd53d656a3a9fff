-- grain: one row per missed call from a known number that no connected call with it followed; since: the call
-- the owner of the contact is notified, because nobody took the call
select
    rules.alert_rule_key,
    contacts.owner_key as rep_key,
    calls.call_key as subject_key,
    'A missed call has not been returned' as what,
    'Una llamada perdida no se ha devuelto' as what_es,
    'Call back' as what_to_do,
    'Devolver la llamada' as what_to_do_es,
    calls.started_at as since_at,
    epoch(release.as_of - calls.started_at) / rules.unit_seconds as value
from rules
cross join release
inner join activity.fct_calls as calls
    on calls.is_missed and calls.is_number_known and calls.returned_at is null
left join core.dim_contacts as contacts on calls.contact_key = contacts.contact_key
where value > rules.threshold
