-- grain: one row per task that is not done and past its due time; since: the due time
select
    rules.alert_rule_key,
    tasks.rep_key,
    tasks.task_key as subject_key,
    'A task is not done' as what,
    'Una tarea está sin hacer' as what_es,
    'Do it, or move its due time with the contact' as what_to_do,
    'Hacerla, o acordar otra fecha con el contacto' as what_to_do_es,
    tasks.due_at as since_at,
    epoch(release.as_of - tasks.due_at) / rules.unit_seconds as value
from rules
cross join release
inner join activity.fct_tasks as tasks on tasks.is_overdue
where value > rules.threshold
