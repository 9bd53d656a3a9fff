-- grain: one row per lead and step of it whose day is known
with leads as (
    select * from {{ ref('fct_leads') }}
),

steps as (
    {%- for step, day in [('created', 'created_on'), ('deal', 'deal_created_on'), ('won', 'won_on')] %}
    select
        lead_key,
        '{{ step }}' as step,
        {{ day }} as happened_on
    from leads
    where {{ day }} is not null
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

final as (
    select
        lead_key || '|' || step as lead_step_key,
        lead_key,
        step,
        happened_on
    from steps
)

select * from final
