-- grain: one row per sales activity that the CRM logged and has not deleted
{{ config(materialized='view') }}

with newest as (
    select * from {{ ref('int_activities__newest') }}
    where not _is_deleted
),

resolved as (
    select * from {{ ref('int_activities__resolved') }}
),

final as (
    select
        -- keys
        newest.activity_key,
        resolved.rep_version_key,
        resolved.rep_key,
        newest.contact_key,
        resolved.account_key,
        newest.deal_key,
        newest.lead_key,
        cast(null as {{ dbt.type_string() }}) as campaign_key,

        -- attributes
        newest.kind,
        newest.direction,
        resolved.outcome,
        resolved.is_held,
        case
            when newest.kind = 'email' then newest.direction = 'inbound' or resolved.is_reply
            else newest.kind in ({{ quoted_list(var('meeting_kinds')) }}) and resolved.is_held
        end as is_conversation,

        -- measures
        newest.duration_seconds,

        -- times
        newest.started_at,
        newest.started_on,
        resolved.resolved_seq as changed_seq
    from newest
    inner join resolved on resolved.activity_key = newest.activity_key
)

select * from final
