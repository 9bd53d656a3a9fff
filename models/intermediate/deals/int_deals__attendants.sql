-- grain: one row per deal that somebody attended, with the agent who did so last before it closed
with touches as (
    select * from {{ ref('int_deals__touches') }}
    where is_attended and rep_key is not null
),

deals as (
    select
        deal_key,
        closed_at
    from {{ ref('int_deals__deals') }}
),

attendances as (
    select
        touches.deal_key,
        touches.rep_version_key,
        row_number() over (
            partition by touches.deal_key order by touches.started_at desc, touches.activity_key
        ) as touch_number
    from touches
    inner join deals on touches.deal_key = deals.deal_key
    where deals.closed_at is null or touches.started_at <= deals.closed_at
),

user_versions as (
    select * from {{ ref('int_users__versions') }}
),

final as (
    select
        attendances.deal_key,
        user_versions.user_key as agent_key,
        user_versions.full_name as agent_name,
        user_versions.team as agent_team,
        user_versions.direction as agent_direction
    from attendances
    inner join user_versions on attendances.rep_version_key = user_versions.rep_version_key
    where attendances.touch_number = 1
)

select * from final
