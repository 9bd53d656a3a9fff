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

user_versions as (
    select * from {{ ref('int_users__versions') }}
),

states_by_rep as (
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
        states_by_rep.agent_state_key,
        user_versions.rep_version_key,
        states_by_rep.rep_key,

        -- attributes
        states_by_rep.state,

        -- measures
        states_by_rep.state_seconds,
        case when states.is_tracked then states_by_rep.state_seconds else 0 end as tracked_seconds,
        case when states.is_selling then states_by_rep.state_seconds else 0 end as selling_seconds,
        case when states.is_content then states_by_rep.state_seconds else 0 end as content_seconds,
        case when states.is_occupied then states_by_rep.state_seconds else 0 end as occupied_seconds,

        -- times
        states_by_rep.started_at,
        {{ local_date('states_by_rep.started_at') }} as started_on,
        states_by_rep.ended_at
    from states_by_rep
    left join states on states.state = states_by_rep.state
    left join user_versions
        on {{ is_version_at('user_versions', 'user_key', 'states_by_rep.rep_key', 'states_by_rep.started_at') }}
)

select * from final
