-- Opportunities: by the day they were created, or closed, in Madrid.

-- metric: opportunities_created
-- by: rep__region
with created as (select *, created_month as month from deals)

select {cut} as cut, count(*) as value from created group by cut;

-- metric: opportunities_closed
-- by: rep__region
select {cut} as cut, count(*) as value from closed_deals group by cut;

-- metric: opportunities_won
-- by: rep__region, deal__agent_team
select {cut} as cut, count(*) as value from attended_deals where status = 'Ganada' group by cut;

-- metric: opportunities_lost
-- by: rep__region
select {cut} as cut, count(*) as value from closed_deals where status = 'Perdida' group by cut;

-- metric: won_value
-- by: rep__region, deal__agent_team
select {cut} as cut, sum(amount) as value from attended_deals where status = 'Ganada' group by cut;

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
    count(*) filter (where status = 'Ganada' and closed_on - created_on <= 180) / count(*) as value
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
    select
        days.month, days.day, deals.rep__region,
        case when closed_days.deal_id is null then deals.amount end as amount
    from days
    left join deals
        on deals.created_on <= days.day
        and (deals.closed_on is null or deals.closed_on > days.day)
    left join closed_days
        on closed_days.deal_id = deals.deal_id
        and days.day >= closed_days.closed_on
        and days.day < closed_days.opened_on
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
    select
        days.month, days.day, deals.rep__region,
        case when closed_days.deal_id is null then deals.deal_id end as deal_id
    from days
    left join deals
        on deals.created_on <= days.day
        and (deals.closed_on is null or deals.closed_on > days.day)
    left join closed_days
        on closed_days.deal_id = deals.deal_id
        and days.day >= closed_days.closed_on
        and days.day < closed_days.opened_on
    where $${cut}$$ = 'month' or days.day = (select day from as_of)
)

select {cut} as cut, count(deal_id) as value from snapshots group by cut;

-- metric: weighted_pipeline_value
-- by: rep__region
with days as (
    select month_of(day) as month, max(day) as day
    from (select unnest(generate_series(
        (select strptime(min(created_month), '%Y-%m') from deals), (select cast(day as timestamp) from as_of), interval 1 day
    )) as day)
    group by month_of(day)
),

-- the stage of the last change by the end of the day
snapshots as (
    select days.month, stage_visits.*  exclude (month)
    from days
    left join stage_visits
        on stage_visits.entered_on <= days.day
        and (stage_visits.closed_on is null or stage_visits.closed_on > days.day)
    where $${cut}$$ = 'month' or days.day = (select day from as_of)
    qualify row_number() over (partition by days.day, stage_visits.deal_id order by stage_visits.entered_at desc) = 1
)

select {cut} as cut, coalesce(sum(amount * probability), 0) as value from snapshots group by cut;

-- metric: sales_velocity
-- by: rep__region
with made as (
    select {cut} as cut, count(*) as deals
    from (select *, created_month as month from deals)
    group by cut
),

ended as (
    select
        {cut} as cut,
        count(*) filter (where status = 'Ganada') / count(*) as win_rate,
        avg(amount) filter (where status = 'Ganada') as size,
        avg(date_diff('day', created_on, closed_on)) filter (where status = 'Ganada') as cycle
    from closed_deals
    group by cut
)

select made.cut, made.deals * ended.win_rate * ended.size / nullif(ended.cycle, 0) as value
from made
left join ended on ended.cut is not distinct from made.cut;

-- metric: stage_conversion_rate
-- by: rep__region, stage_visit__stage
with pairs as (
    select
        deal_id, stage_visit__stage, {cut} as cut,
        max(case when status = 'Ganada' or coalesce(later_position > position, false) then 1 else 0 end) as has_moved_on
    from stage_visits
    where position < 6
    group by deal_id, stage_visit__stage, cut
)

select cut, avg(has_moved_on) as value from pairs group by cut;

-- metric: average_days_in_stage
-- by: rep__region, stage_visit__stage
with visits as (
    select *, coalesce(next_at, (select closed_at from deals where deals.deal_id = stage_visits.deal_id)) as left_at
    from stage_visits
    where position < 6
)

select {cut} as cut, avg(date_diff('second', entered_at, left_at)) / 86400 as value from visits
where left_at is not null group by cut;

-- metric: pipeline_coverage
-- by: rep__region
with days as (
    select month_of(day) as month, max(day) as day
    from (select unnest(generate_series(
        (select strptime(min(created_month), '%Y-%m') from deals), (select cast(day as timestamp) from as_of), interval 1 day
    )) as day)
    group by month_of(day)
),

open_deals as (
    select {cut} as cut, sum(amount) as amount
    from (
        select days.month, deals.rep__region, deals.amount
        from days
        inner join deals
            on deals.created_on <= days.day
            and (deals.closed_on is null or deals.closed_on > days.day)
            and not exists (
                select 1 from closed_days
                where closed_days.deal_id = deals.deal_id and days.day >= closed_days.closed_on and days.day < closed_days.opened_on
            )
        where $${cut}$$ = 'month' or days.day = (select day from as_of)
    )
    group by cut
),

wanted as (select {cut} as cut, sum(target) as target from quotas group by cut),

sold as (select {cut} as cut, sum(net) as net from kept_lines group by cut)

select
    wanted.cut,
    case when target > coalesce(net, 0) then coalesce(amount, 0) / (target - coalesce(net, 0)) end as value
from wanted
left join sold on sold.cut is not distinct from wanted.cut
left join open_deals on open_deals.cut is not distinct from wanted.cut;

-- metric: stale_opportunities
-- by: rep__region
with idle as (
    select month_of(as_of.day) as month, deals.rep__region
    from deals
    cross join as_of
    where
        deals.status = 'Abierta'
        and as_of.moment - deals.created_at >= interval 14 day
        and not exists (
            select 1 from done
            where
                (done.deal_id = deals.deal_id or done.contact_id = deals.contact_id)
                and done.activity__kind not in ('note', 'content')
                and done.started_at <= as_of.moment
                and as_of.moment - done.started_at < interval 14 day
        )
)

select {cut} as cut, count(*) as value from idle group by cut;

-- Who attended a deal's contact: the agent's region, whoever owns the deal.

-- metric: assisted_opportunities
-- by: rep__region
select {cut} as cut, count(distinct deals.deal_id) as value
from (
    select deals.deal_id, deals.created_month as month, done.rep__region
    from deals
    inner join done on done.deal_id = deals.deal_id or done.contact_id = deals.contact_id
    where
        done.activity__kind not in ('note', 'content')
        and (done.is_held or done.is_conversation)
        and done.user_id is not null
        and done.started_at <= (select moment from as_of)
) as deals
group by cut;

-- metric: assisted_wins
-- by: rep__region
select {cut} as cut, count(distinct deals.deal_id) as value
from (
    select deals.deal_id, deals.closed_month as month, done.rep__region
    from deals
    inner join done on done.deal_id = deals.deal_id or done.contact_id = deals.contact_id
    where
        deals.status = 'Ganada'
        and done.activity__kind not in ('note', 'content')
        and (done.is_held or done.is_conversation)
        and done.user_id is not null
        and done.started_at <= deals.closed_at
        and done.started_at <= (select moment from as_of)
) as deals
group by cut;
