-- grain: one row per sales activity, from the CRM or the phone system
-- is_changed: this refresh has found something new about it
{{ config(materialized='view') }}

with settings as (
    select * from {{ source('embudo', 'settings') }}
),

activities as (
    select * from {{ ref('int_activities__newest') }}
    where not _is_deleted
),

resolved as (
    select * from {{ ref('int_activities__resolved') }}
),

calls as (
    select * from {{ ref('fct_calls') }}
),

changed_calls as (
    select * from {{ ref('int_calls__changed') }}
),

final as (
    select
        activities.activity_key,
        resolved.rep_version_key,
        resolved.rep_key,
        activities.contact_key,
        resolved.account_key,
        activities.deal_key,
        activities.lead_key,
        cast(null as {{ dbt.type_string() }}) as campaign_key,
        activities.kind,
        activities.direction,
        activities.outcome,
        resolved.is_held,
        case
            when activities.kind = 'email' then activities.direction = 'inbound' or resolved.is_reply
            else activities.kind in ('meeting', 'visit', 'demo') and resolved.is_held
        end as is_conversation,
        activities.duration_seconds,
        activities.started_at,
        activities.started_on,
        resolved.resolved_seq = settings.load_seq as is_changed
    from activities
    inner join resolved on resolved.activity_key = activities.activity_key
    cross join settings
    union all
    select
        'call/' || calls.call_key as activity_key,
        calls.rep_version_key,
        calls.rep_key,
        calls.contact_key,
        calls.account_key,
        calls.deal_key,
        cast(null as {{ dbt.type_string() }}) as lead_key,
        calls.campaign_key,
        'call' as kind,
        calls.direction,
        calls.disposition as outcome,
        calls.is_connected as is_held,
        calls.is_conversation,
        calls.talk_seconds as duration_seconds,
        calls.started_at,
        calls.started_on,
        changed_calls.call_key is not null as is_changed
    from calls
    left join changed_calls on changed_calls.call_key = calls.call_key
    where calls.direction <> 'internal'
)

select * from final
