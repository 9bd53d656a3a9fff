-- a deal that was open in a month, in a stage and under a rep version, has a row on the month's last day, so that a
-- filter never shows an earlier day for it
with days as (
    select
        open_deals.*,
        dates.month_start_on
    from {{ ref('fct_open_deals_daily') }} as open_deals
    inner join {{ ref('dim_dates') }} as dates on open_deals.snapshot_on = dates.date_on
    where open_deals.deal_key is not null
),

month_ends as (
    select
        month_start_on,
        max(snapshot_on) as last_on
    from days
    group by month_start_on
),

open_deals_by_month as (
    select
        days.deal_key,
        days.stage,
        days.rep_version_key,
        days.month_start_on,
        max(days.snapshot_on) as last_on
    from days
    group by days.deal_key, days.stage, days.rep_version_key, days.month_start_on
    having max(days.open_count) = 1
)

select
    open_deals_by_month.deal_key,
    open_deals_by_month.month_start_on
from open_deals_by_month
inner join month_ends on open_deals_by_month.month_start_on = month_ends.month_start_on
where open_deals_by_month.last_on < month_ends.last_on
