-- the pipeline of a day is what was created up to it less what was closed, for deals whose dates are known
with mart_counts as (
    select
        snapshot_on,
        sum(open_count) as open_count
    from {{ ref('fct_open_deals_daily') }} as open_deals
    inner join {{ ref('fct_deals') }} as deals on open_deals.deal_key = deals.deal_key
    where deals.created_on is not null
    group by snapshot_on
),

dates as (
    select dates.date_on
    from {{ ref('dim_dates') }} as dates
    inner join {{ ref('stg_embudo__settings') }} as settings on dates.date_on <= settings.as_of_on
),

deal_counts as (
    select
        dates.date_on,
        count(deals.deal_key) as open_count
    from dates
    left join {{ ref('fct_deals') }} as deals
        on dates.date_on >= deals.created_on
        and (deals.closed_on is null or dates.date_on < deals.closed_on)
    group by dates.date_on
)

select deal_counts.date_on
from deal_counts
left join mart_counts on deal_counts.date_on = mart_counts.snapshot_on
where deal_counts.open_count <> coalesce(mart_counts.open_count, 0)
