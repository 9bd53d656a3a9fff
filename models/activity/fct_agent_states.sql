-- grain: one row per period that an agent spent in one state, on the day on which it started
with agent_states as (
    select * from {{ ref('stg_files__agent_states') }}
),

states as (
    select * from {{ ref('agent_states') }}
),

keys as (
    select * from {{ ref('int_users__keys') }}
    where user_key is not null
),

versions as (
    select * from {{ ref('int_users__versions') }}
),

placed as (
    select
        agent_states.*,
        coalesce(by_key.user_key, by_text.user_key) as rep_key,
        {{ seconds_between('agent_states.started_at', 'agent_states.ended_at') }} as state_seconds
    from agent_states
    left join keys as by_key
        on by_key.key_kind = 'id' and by_key.key_value = agent_states.agent_key
    left join keys as by_text
        on by_text.key_kind <> 'id' and by_text.key_value = lower(trim(agent_states.agent_id))
),

final as (
    select
        -- keys
        placed.agent_state_key,
        versions.rep_version_key,
        placed.rep_key,

        -- attributes
        placed.state,

        -- measures
        placed.state_seconds,
        case when states.is_tracked then placed.state_seconds else 0 end as tracked_seconds,
        case when states.is_selling then placed.state_seconds else 0 end as selling_seconds,
        case when states.is_content then placed.state_seconds else 0 end as content_seconds,
        case when states.is_occupied then placed.state_seconds else 0 end as occupied_seconds,

        -- times
        placed.started_at,
        {{ local_date('placed.started_at') }} as started_on,
        placed.ended_at
    from placed
    left join states on states.state = placed.state
    left join versions
        on {{ is_version_at('versions', 'user_key', 'placed.rep_key', 'placed.started_at') }}
)

select * from final
