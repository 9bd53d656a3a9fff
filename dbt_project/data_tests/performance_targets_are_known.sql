-- rep targets whose scope key is neither a user's id nor a full name, and targets of metrics that do not exist
{{ config(severity='warn', meta={
    'expected': 'each target names a metric and, for reps, a user',
    'remedy': 'Correct metric or scope_key of the target in seeds/targets.csv or in the stream targets; until then nothing is compared with it.',
}) }}
select
    target_key,
    'no user has this id or name' as reason
from {{ ref('fct_targets') }}
where scope = 'rep' and rep_key is null
union all
select
    target_key,
    'no metric has this name' as reason
from {{ ref('fct_targets') }}
where metric not in (
    {%- if execute %}
    {%- for metric in graph.metrics.values() | sort(attribute='name') %}
    '{{ metric.name }}',
    {%- endfor %}
    {%- endif %}
    ''
)
