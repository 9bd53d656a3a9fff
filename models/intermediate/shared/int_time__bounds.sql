-- grain: one row, the first and last day that figures can fall on
with settings as (
    select * from {{ source('embudo', 'settings') }}
),

first_times as (
    select min(started_at) as first_at from {{ source('files', 'calls') }}
    union all
    select min(started_at) from {{ source('files', 'activities') }}
    union all
    select min(occurred_at) from {{ source('files', 'email_events') }}
    union all
    select min(occurred_at) from {{ source('files', 'social_interactions') }}
    union all
    select min(started_at) from {{ source('files', 'agent_states') }}
    union all
    select min(answered_at) from {{ source('files', 'survey_answers') }}
    union all
    select min(created_at) from {{ source('files', 'contacts') }}
    union all
    select min(created_at) from {{ source('files', 'leads') }}
    union all
    select min(created_at) from {{ source('files', 'deals') }}
    union all
    select min(ordered_at) from {{ source('files', 'orders') }}
    union all
    select min(due_at) from {{ source('files', 'tasks') }}
    union all
    select min(cast(invoiced_on as timestamp)) from {{ source('files', 'invoices') }}
    union all
    select min(cast(spend_on as timestamp)) from {{ source('files', 'marketing_spend') }}
    union all
    select min(cast(month as timestamp)) from {{ source('files', 'staff_costs') }}
    union all
    select min(cast(period_start as timestamp)) from {{ source('files', 'targets') }}
),

final as (
    select
        cast({{ dbt.date_trunc('month', local_time('min(coalesce(first_times.first_at, settings.as_of))')) }} as date)
            as first_on,
        cast(
            cast(extract(year from max(settings.as_of_on)) as {{ dbt.type_string() }}) || '-12-31' as date
        ) as last_on
    from settings
    cross join first_times
)

select * from final
