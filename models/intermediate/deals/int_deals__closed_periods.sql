-- grain: one row per closing of a deal that was opened again; it was closed up to but not on `reopened_on`
-- an earlier version knows the closing; the next stage that a deal can be open in, the next open version, or a later
-- closing the other way (lost, then won) ends it
with versions as (
    select * from {{ ref('stg_files__deal_versions') }}
),

closings as (
    select
        deal_key,
        status,
        closed_at,
        greatest(closed_at, max(updated_at)) as known_closed_at
    from versions
    where version_rank > 1 and status <> 'open' and closed_at is not null
    group by deal_key, status, closed_at
),

visits as (
    select * from {{ ref('int_deals__stage_visits') }}
),

stages as (
    select * from {{ ref('int_deals__stages') }}
),

openings as (
    select
        visits.deal_key,
        visits.entered_at as opened_at,
        'open' as status
    from visits
    inner join stages
        on visits.pipeline = stages.pipeline
        and visits.stage = stages.stage
    where visits.is_recorded and not stages.is_closing_stage
    union all
    select
        deal_key,
        updated_at as opened_at,
        status
    from versions
    where status = 'open' and updated_at is not null
    union all
    select
        deal_key,
        closed_at as opened_at,
        status
    from versions
    where status <> 'open' and closed_at is not null
),

final as (
    select
        closings.deal_key,
        {{ local_date('closings.closed_at') }} as closed_on,
        {{ local_date('min(openings.opened_at)') }} as reopened_on
    from closings
    inner join openings
        on closings.deal_key = openings.deal_key
        and closings.status <> openings.status
        and openings.opened_at > closings.known_closed_at
    where {{ local_date('openings.opened_at') }} > {{ local_date('closings.closed_at') }}
    group by closings.deal_key, closings.closed_at
)

select * from final
