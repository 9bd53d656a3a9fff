-- grain: one row per sales activity: what the CRM logs, and each call of the phone system
{{ config(
    materialized='incremental',
    unique_key='activity_key',
    incremental_strategy='delete+insert',
    on_schema_change='fail',
    post_hook="delete from {{ this }} where activity_key not in (
        select activity_key from {{ ref('int_activities__unified') }}
    )"
) }}

with settings as (
    select * from {{ ref('stg_embudo__settings') }}
),

activities as (
    select * from {{ ref('int_activities__unified') }}
    {% if is_incremental() %}
    where changed_seq = (select load_seq from settings)
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
        is_done,
        is_conversation,

        -- measures
        duration_seconds,

        -- times
        started_at,
        started_on,
        {{ time_of_day('started_at', 'started_hour') }}
    from activities
)

select * from final
