-- Opportunities: by the day they were created, or closed, in Madrid.

-- metric: opportunities_created
-- by: rep__region
with created as (select *, created_month as month from deals)

select {cut} as cut, count(*) as value from created group by cut;

-- metric: opportunities_closed
-- by: rep__region
select {cut} as cut, count(*) as value from closed_deals group by cut;

-- metric: opportunities_won
-- by: rep__region
select {cut} as cut, count(*) as value from closed_deals where status = 'Ganada' group by cut;

-- metric: opportunities_lost
-- by: rep__region
select {cut} as cut, count(*) as value from closed_deals where status = 'Perdida' group by cut;

-- metric: won_value
-- by: rep__region
select {cut} as cut, sum(amount) as value from closed_deals where status = 'Ganada' group by cut;

-- metric: lost_value
-- by: rep__region
select {cut} as cut, sum(amount) as value from closed_deals where status = 'Perdida' group by cut;

-- metric: win_rate
-- by: rep__region
select {cut} as cut, count(*) filter (where status = 'Ganada') / count(*) as value from closed_deals group by cut;

-- metric: win_rate_by_value
-- by: rep__region
select
    {cut} as cut,
    coalesce(sum(amount) filter (where status = 'Ganada'), 0) / nullif(sum(amount), 0) as value
from closed_deals
group by cut;

-- metric: average_deal_size
-- by: rep__region
select {cut} as cut, avg(amount) as value from closed_deals where status = 'Ganada' group by cut;

-- metric: sales_cycle_days
-- by: rep__region
select {cut} as cut, avg(date_diff('day', created_on, closed_on)) as value from closed_deals
where status = 'Ganada' group by cut;

-- metric: median_sales_cycle_days
-- by: rep__region
select {cut} as cut, median(date_diff('day', created_on, closed_on)) as value from closed_deals
where status = 'Ganada' group by cut;

-- metric: opportunity_conversion_rate
-- by: rep__region
with created as (select *, created_month as month from deals)

select
    {cut} as cut,
    count(*) filter (where status = 'Ganada' and closed_on - created_on < 180) / count(*) as value
from created
group by cut;

-- metric: pipeline_value
-- by: rep__region
with days as (
    select month_of(day) as month, max(day) as day
    from (select unnest(generate_series(
        (select strptime(min(created_month), '%Y-%m') from deals), (select cast(day as timestamp) from as_of), interval 1 day
    )) as day)
    group by month_of(day)
),

snapshots as (
    select days.month, days.day, deals.rep__region, deals.amount
    from days
    left join deals
        on deals.created_on <= days.day
        and (deals.closed_on is null or deals.closed_on > days.day)
    where $${cut}$$ = 'month' or days.day = (select day from as_of)
)

select {cut} as cut, coalesce(sum(amount), 0) as value from snapshots group by cut;

-- metric: opportunities_open
-- by: rep__region
with days as (
    select month_of(day) as month, max(day) as day
    from (select unnest(generate_series(
        (select strptime(min(created_month), '%Y-%m') from deals), (select cast(day as timestamp) from as_of), interval 1 day
    )) as day)
    group by month_of(day)
),

snapshots as (
    select days.month, days.day, deals.rep__region, deals.deal_id
    from days
    left join deals
        on deals.created_on <= days.day
        and (deals.closed_on is null or deals.closed_on > days.day)
    where $${cut}$$ = 'month' or days.day = (select day from as_of)
)

select {cut} as cut, count(deal_id) as value from snapshots group by cut;

-- metric: weighted_pipeline_value
-- by: rep__region
-- cuts: total
select
    {cut} as cut,
    sum(amount * case stage
        when 'Prospección' then 0.05 when 'Calificación' then 0.25 when 'Propuesta' then 0.5
        when 'Negociación' then 0.75
    end) as value
from deals
where status = 'Abierta'
group by cut;
