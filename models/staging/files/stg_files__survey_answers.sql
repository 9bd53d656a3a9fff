-- grain: one row per answer to a survey, in its newest version
with source as (
    select * from {{ source('files', 'survey_answers') }}
),

versions as (
    select
        *,
        row_number() over (
            partition by _source, answer_id
            order by {{ version_order() }}
        ) as version_rank
    from source
),

final as (
    select
        -- keys
        {{ entity_key(['answer_id']) }} as answer_key,
        {{ reference_key('contact_id') }} as contact_key,
        {{ reference_key('account_id') }} as account_key,
        {{ reference_key('call_id') }} as call_key,
        {{ reference_key('agent_id') }} as agent_key,

        -- attributes
        answer_id,
        survey,
        contact_id,
        account_id,
        call_id,
        agent_id,
        score,
        answered_at,

        -- origin
        _source,
        _load_seq,
        _file,
        _line
    from versions
    where version_rank = 1 and not _is_deleted
)

select * from final
