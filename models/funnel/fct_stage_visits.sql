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
visits_with_later_stages as (
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

user_versions as (
    select * from {{ ref('int_users__versions') }}
),

final as (
    select
        -- keys
        visits_with_later_stages.stage_visit_key,
        visits_with_later_stages.deal_key,
        visits_with_later_stages.deal_key || '|' || visits_with_later_stages.stage as deal_stage_key,
        deals.account_key,
        deals.contact_key,
        deals.product_key,
        deals.campaign_key,
        user_versions.rep_version_key,
        visits_with_later_stages.owner_key as rep_key,

        -- attributes
        visits_with_later_stages.pipeline,
        visits_with_later_stages.stage,
        visits_with_later_stages.position,
        visits_with_later_stages.is_terminal,
        visits_with_later_stages.left_at is not null and not visits_with_later_stages.is_terminal as is_completed,
        not visits_with_later_stages.is_terminal and (
            visits_with_later_stages.status = 'won'
            or coalesce(visits_with_later_stages.later_position > visits_with_later_stages.position, coalesce(visits_with_later_stages.later_stages, 0) = 1)
        ) as is_moved_on,

        -- measures
        {{ seconds_between('visits_with_later_stages.entered_at', 'visits_with_later_stages.left_at') }} / 86400.0 as days_in_stage,

        -- times
        visits_with_later_stages.entered_at,
        {{ local_date('visits_with_later_stages.entered_at') }} as entered_on,
        visits_with_later_stages.left_at
    from visits_with_later_stages
    inner join deals on visits_with_later_stages.deal_key = deals.deal_key
    left join user_versions
        on {{ is_version_at('user_versions', 'user_key', 'visits_with_later_stages.owner_key', 'visits_with_later_stages.entered_at') }}
)

select * from final
