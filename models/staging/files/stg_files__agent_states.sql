-- grain: one row per period that an agent spent in one state, in its newest version
with versions as (
    {{ newest_versions(source('files', 'agent_states'), ['agent_id', 'started_at']) }}
),

final as (
    select
        -- keys
        {{ entity_key(['agent_id', 'started_at']) }} as agent_state_key,
        {{ reference_key('agent_id') }} as agent_key,

        -- attributes
        agent_id,
        state,
        started_at,
        ended_at,

        -- origin
        {{ origin_columns() }}
    from versions
    where not _is_deleted
)

select * from final
