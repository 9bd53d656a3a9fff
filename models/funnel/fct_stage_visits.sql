-- grain: one row per entry of a deal into a stage, from recorded stage changes
with visits as (
    select
        visits.*,
        stages.position,
        stages.is_lost_stage,
        visits.is_end or stages.is_won_stage or stages.is_lost_stage as is_terminal
    from {{ ref('int_deals__stage_visits') }} as visits
    inner join {{ ref('int_deals__stages') }} as stages
        on visits.pipeline = stages.pipeline
        and visits.stage = stages.stage
    where visits.is_recorded
),

-- what came after, lost stages aside
followed as (
    select
        *,
        max(case when not is_lost_stage then position end) over later as later_position,
        max(case when is_lost_stage then 0 else 1 end) over later as later_stages
    from visits
    window later as (
        partition by deal_key order by visit_number
        rows between 1 following and unbounded following
    )
),

deals as (
    select * from {{ ref('int_deals__deals') }}
),

versions as (
    select * from {{ ref('int_users__versions') }}
),

final as (
    select
        -- keys
        followed.stage_visit_key,
        followed.deal_key,
        followed.deal_key || '|' || followed.stage as deal_stage_key,
        deals.account_key,
        deals.contact_key,
        deals.product_key,
        deals.campaign_key,
        versions.rep_version_key,
        followed.owner_key as rep_key,

        -- attributes
        followed.pipeline,
        followed.stage,
        followed.position,
        followed.is_terminal,
        followed.left_at is not null and not followed.is_terminal as is_completed,
        not followed.is_terminal and (
            followed.status = 'won'
            or coalesce(followed.later_position > followed.position, coalesce(followed.later_stages, 0) = 1)
        ) as is_moved_on,

        -- measures
        {{ seconds_between('followed.entered_at', 'followed.left_at') }} / 86400.0 as days_in_stage,

        -- times
        followed.entered_at,
        {{ local_date('followed.entered_at') }} as entered_on,
        followed.left_at
    from followed
    inner join deals on followed.deal_key = deals.deal_key
    left join versions
        on {{ is_version_at('versions', 'user_key', 'followed.owner_key', 'followed.entered_at') }}
)

select * from final
