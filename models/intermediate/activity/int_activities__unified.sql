-- grain: one row per sales activity, from the CRM or the phone system
-- a refresh rewrites what it has resolved again; changed_seq is the load of the refresh that last wrote the row
{{ config(
    materialized='incremental',
    unique_key='activity_key',
    incremental_strategy='delete+insert',
    post_hook="delete from {{ this }} where activity_key in (
        select activity_key from {{ ref('int_activities__newest') }} where _is_deleted
        union all
        select 'call/' || call_key from {{ ref('int_calls__newest') }}
        where _is_deleted or direction = 'internal'
    )"
) }}

with changed_calls as (
    select * from {{ ref('int_calls__changed') }}
),

logged_activities as (
    select * from {{ ref('int_activities__logged') }}
    {% if is_incremental() %}
    where changed_seq = {{ current_load() }}
    {% endif %}
),

outside_calls as (
    select * from {{ ref('int_calls__newest') }}
    where not _is_deleted and direction <> 'internal'
    {% if is_incremental() %}
    and call_key in (select call_key from changed_calls)
    {% endif %}
),

agents as (
    select * from {{ ref('int_calls__agents') }}
),

matches as (
    select * from {{ ref('int_interactions__matches') }}
),

activities as (
    select * from logged_activities
    union all
    select
        'call/' || outside_calls.call_key as activity_key,
        agents.rep_version_key,
        agents.rep_key,
        matches.contact_key,
        matches.account_key,
        outside_calls.deal_key,
        cast(null as {{ dbt.type_string() }}) as lead_key,
        outside_calls.campaign_key,
        'call' as kind,
        outside_calls.direction,
        outside_calls.disposition as outcome,
        outside_calls.is_connected as is_held,
        outside_calls.is_conversation,
        outside_calls.talk_seconds as duration_seconds,
        outside_calls.started_at,
        outside_calls.started_on,
        cast({{ current_load() }} as bigint) as changed_seq
    from outside_calls
    left join agents on agents.call_key = outside_calls.call_key
    left join matches on matches.interaction_key = 'call/' || outside_calls.call_key
),

final as (
    select
        *,
        case
            when kind = 'call' then direction = 'outbound' or is_held
            when kind = 'email' then coalesce(direction, 'outbound') <> 'inbound'
            when kind in ({{ quoted_list(var('meeting_kinds')) }}) then is_held
            else kind = 'proposal'
        end as is_done
    from activities
)

select * from final
