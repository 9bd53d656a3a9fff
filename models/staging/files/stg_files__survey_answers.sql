-- grain: one row per answer to a survey, in its newest version
with versions as (
    {{ newest_versions(source('files', 'survey_answers'), ['answer_id']) }}
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
        {{ origin_columns() }}
    from versions
    where not _is_deleted
)

select * from final
