-- grain: one row per sales activity: what the CRM logs, and each call of the phone system
{{ config(
    materialized='incremental',
    unique_key='activity_key',
    incremental_strategy='delete+insert',
    on_schema_change='fail',
    post_hook="delete from {{ this }} where activity_key in (
        select activity_key from {{ ref('int_activities__newest') }} where _is_deleted
        union all
        select 'call/' || call_key from {{ ref('int_calls__newest') }}
        where _is_deleted or direction = 'internal'
    )"
) }}

with activities as (
    select * from {{ ref('int_activities__unified') }}
    {% if is_incremental() %}
    where is_changed
    {% endif %}
),

final as (
    select
        -- keys
        activity_key,
        rep_version_key,
        rep_key,
        contact_key,
        account_key,
        deal_key,
        lead_key,
        campaign_key,

        -- attributes
        kind,
        direction,
        outcome,
        is_held,
        case
            when kind = 'call' then direction = 'outbound' or is_held
            when kind = 'email' then coalesce(direction, 'outbound') <> 'inbound'
            when kind in ('meeting', 'visit', 'demo') then is_held
            else kind = 'proposal'
        end as is_done,
        is_conversation,

        -- measures
        duration_seconds,

        -- times
        started_at,
        started_on
    from activities
)

select * from final
