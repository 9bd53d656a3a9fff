-- grain: one row per stream that figures are dated by, with the earliest time (UTC) of any version that landed
-- straight from the landed files, whose statistics answer it without reading rows
{%- set dated_by = {
    'calls': 'started_at',
    'activities': 'started_at',
    'email_events': 'occurred_at',
    'social_interactions': 'occurred_at',
    'agent_states': 'started_at',
    'survey_answers': 'answered_at',
    'contacts': 'created_at',
    'leads': 'created_at',
    'deals': 'created_at',
    'orders': 'ordered_at',
    'tasks': 'due_at',
    'invoices': 'invoiced_on',
    'marketing_spend': 'spend_on',
    'staff_costs': 'month',
    'targets': 'period_start',
} %}

with final as (
    {%- for stream, column in dated_by.items() %}
    select
        '{{ stream }}' as stream,
        cast(min({{ column }}) as timestamp) as first_at
    from {{ source('files', stream) }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select * from final
