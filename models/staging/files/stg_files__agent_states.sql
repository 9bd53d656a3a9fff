-- grain: one row per period that an agent spent in one state, in its newest version
with source as (
    select * from {{ source('files', 'agent_states') }}
),

versions as (
    select
        *,
        row_number() over (
            partition by _source, agent_id, started_at
            order by {{ version_order() }}
        ) as version_rank
    from source
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
        _source,
        _load_seq,
        _file,
        _line
    from versions
    where version_rank = 1 and not _is_deleted
)

select * from final
