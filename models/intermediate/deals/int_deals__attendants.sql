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

ranked as (
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

versions as (
    select * from {{ ref('int_users__versions') }}
),

final as (
    select
        ranked.deal_key,
        versions.user_key as agent_key,
        versions.full_name as agent_name,
        versions.team as agent_team,
        versions.direction as agent_direction
    from ranked
    inner join versions on ranked.rep_version_key = versions.rep_version_key
    where ranked.touch_number = 1
)

select * from final
