-- grain: one row per entry of a deal into a stage; the time up to the first known change is in the first stage known
-- a deal without changes has one visit, to the stage it is in now
with deals as (
    select * from {{ ref('int_deals__deals') }}
),

changes as (
    select
        deal_key,
        stage,
        entered_at,
        true as is_recorded
    from {{ ref('stg_files__deal_stage_changes') }}
),

stage_entries as (
    select * from changes
    union all
    select
        deals.deal_key,
        deals.stage,
        deals.created_at as entered_at,
        false as is_recorded
    from deals
    left join (select distinct deal_key from changes) as known
        on deals.deal_key = known.deal_key
    where known.deal_key is null
),

entries_by_deal as (
    select
        *,
        row_number() over (partition by deal_key order by entered_at, stage) as visit_number,
        lead(entered_at) over (partition by deal_key order by entered_at, stage) as next_entered_at
    from stage_entries
),

final as (
    select
        entries_by_deal.deal_key || '|' || cast(entries_by_deal.visit_number as {{ dbt.type_string() }}) as stage_visit_key,
        entries_by_deal.deal_key,
        entries_by_deal.visit_number,
        deals.pipeline,
        entries_by_deal.stage,
        entries_by_deal.is_recorded,
        entries_by_deal.entered_at,
        -- a stage entered as the deal closed is where it ended, and is not left
        case
            when entries_by_deal.next_entered_at is not null then entries_by_deal.next_entered_at
            when deals.closed_at > entries_by_deal.entered_at then deals.closed_at
        end as left_at,
        deals.closed_at is not null and entries_by_deal.next_entered_at is null
            and entries_by_deal.entered_at >= deals.closed_at as is_end,
        deals.status,
        deals.owner_key
    from entries_by_deal
    inner join deals on entries_by_deal.deal_key = deals.deal_key
)

select * from final
