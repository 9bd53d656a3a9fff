-- grain: one row per interaction with a person outside: a call, a campaign email, an interaction on a social network
{{ config(materialized='view') }}

with calls as (
    select * from {{ ref('int_calls__newest') }}
    where not _is_deleted and direction <> 'internal'
),

messages as (
    select * from {{ ref('int_email__messages') }}
    where is_sent
),

social as (
    select * from {{ ref('stg_files__social_interactions') }}
),

final as (
    select
        'call/' || call_key as interaction_key,
        contact_key,
        cast(null as {{ dbt.type_string() }}) as email,
        other_number as phone,
        started_at as occurred_at,
        _load_seq as changed_seq
    from calls
    union all
    select
        'email/' || message_key as interaction_key,
        contact_key,
        email,
        cast(null as {{ dbt.type_string() }}) as phone,
        sent_at as occurred_at,
        changed_seq
    from messages
    union all
    select
        'social/' || interaction_key as interaction_key,
        contact_key,
        {{ normalised_email('contact_email') }} as email,
        cast(null as {{ dbt.type_string() }}) as phone,
        occurred_at,
        _load_seq as changed_seq
    from social
)

select * from final
