-- The marts by hand: one DuckDB script over the tables that tests/e2e/oracle/00_raw.sql reads from the raw files.
-- Same grain, keys and measures as Embudo's marts, written for the sandbox company alone: no other source, no
-- quarantine, no tests, no history of loads. Each table is a mart; `benchmarks/refresh.py` compares them with Embudo's.

create table dim_reps as
select user_id, row_number() over (partition by user_id order by from_at) as version, team, region, extension,
       from_at, to_at
from user_versions;

create table dim_accounts as select * from accounts;
create table dim_contacts as select contact_id, account_id, owner, created_at, rep__region as region from contacts;
create table dim_products as select * from products;

-- orders ---------------------------------------------------------------------------------------
create table fct_orders as
with sums as (
    select order_id, count(*) as lines_count, sum(quantity) as quantity, sum(net) as net_amount, sum(cost) as cost_amount
    from kept_lines
    group by order_id
)

select
    counted_orders.* exclude (month, delivered_at),
    coalesce(sums.lines_count, 0) as lines_count,
    sums.quantity,
    coalesce(sums.net_amount, 0) as net_amount,
    sums.cost_amount,
    case when not is_return then ordered_on - lag(ordered_on) over buying end as days_since_previous_order,
    case when not is_return then lag(ordered_on) over buying end as previous_ordered_on,
    cast(to_local(delivered_at) as date) as delivered_on
from counted_orders
left join sums on sums.order_id = counted_orders.order_id
window buying as (partition by customer, is_return order by order_number);

create table fct_order_lines as
with remembered as (
    select
        *,
        count(*) over earlier as earlier_lines,
        max(list_price) over earlier as dearest
    from kept_lines
    window earlier as (
        partition by customer, product__category order by order_number
        range between unbounded preceding and 1 preceding
    )
)

select
    order_id,
    line_no,
    customer,
    product_id,
    product__category,
    rep__region,
    rep__team,
    quantity,
    net as net_amount,
    cost as cost_amount,
    net - cost as margin_amount,
    case
        when is_return then null
        when order_number = 1 then 'new'
        when earlier_lines = 0 then 'cross_sell'
        when list_price > dearest then 'up_sell'
        else 'repeat'
    end as sale_motion,
    ordered_at,
    ordered_on
from remembered;

create table dim_customers as
select
    customer,
    count(*) filter (where not is_return) as orders_count,
    sum(net_amount) as revenue_amount,
    sum(cost_amount) as cost_amount,
    min(ordered_on) filter (where not is_return) as first_order_on,
    max(ordered_on) filter (where not is_return) as last_order_on
from fct_orders
group by customer;

create temp macro periods(grain, step) as table (
    with active as (
        select distinct customer, cast(date_trunc(grain, ordered_on) as date) as start_on from fct_orders
        where not is_return
    ),

    followed as (
        select customer, cast(start_on + step as date) as start_on from active
    )

    select
        coalesce(active.customer, followed.customer) as customer,
        coalesce(active.start_on, followed.start_on) as start_on,
        active.customer is not null as is_active,
        followed.customer is not null as was_active_before
    from active
    full join followed on followed.customer = active.customer and followed.start_on = active.start_on
    where coalesce(active.start_on, followed.start_on) <= (select day from as_of)
);

create table fct_customer_months as from periods('month', interval 1 month);
create table fct_customer_quarters as from periods('quarter', interval 3 month);
create table fct_customer_years as from periods('year', interval 1 year);
create table fct_invoices as from invoices;

-- activity -------------------------------------------------------------------------------------
create table fct_calls as
with connected as (
    select number, started_at from calls where disposition = 'ANSWERED' and number is not null
)

select
    calls.call_id,
    calls.user_id,
    calls.rep__team,
    calls.rep__region,
    calls.contact_id,
    calls.direction,
    calls.disposition,
    calls.disposition = 'ANSWERED' as is_connected,
    calls.direction = 'in' and calls.disposition <> 'ANSWERED' as is_missed,
    calls.direction = 'in' and calls.disposition <> 'ANSWERED'
        and coalesce(back.started_at <= calls.started_at + interval 24 hour, false) as is_recovered,
    calls.disposition = 'ANSWERED' and calls.talk_s >= 30 as is_conversation,
    calls.is_matched,
    calls.wait_s,
    case when calls.disposition = 'ANSWERED' then calls.talk_s end as talk_s,
    calls.hold_s,
    calls.wrap_s,
    case when calls.disposition = 'ANSWERED' then calls.talk_s + calls.hold_s + calls.wrap_s end as handle_s,
    calls.started_at,
    cast(to_local(calls.started_at) as date) as started_on,
    hour(to_local(calls.started_at)) as hour_of_day,
    strftime(time_bucket(interval 30 minute, to_local(calls.started_at)), '%H:%M') as half_hour,
    isodow(to_local(calls.started_at)) as weekday
from calls
asof left join connected as back
    on back.number = calls.number
    and back.started_at > calls.started_at;

create table fct_activities as
select
    'call/' || call_id as activity_key,
    user_id, rep__team, rep__region, contact_id, null as deal_id, null as lead_id,
    'call' as kind, direction, is_connected as is_held, direction = 'out' or is_connected as is_done,
    is_conversation, talk_s as seconds, started_at, started_on, hour_of_day, half_hour, weekday
from fct_calls
union all by name
select
    id as activity_key,
    user_id, rep__team, rep__region, contact_id, deal_id, lead_id,
    kind, way as direction, outcome = 'Realizada' as is_held,
    case
        when kind = 'Correo' then coalesce(way, 'Saliente') <> 'Entrante'
        when kind in ('Reunión', 'Visita', 'Demostración') then outcome = 'Realizada'
        else kind = 'Propuesta'
    end as is_done,
    case
        when kind = 'Correo' then way = 'Entrante' or outcome = 'Respondido'
        else kind in ('Reunión', 'Visita', 'Demostración') and outcome = 'Realizada'
    end as is_conversation,
    null as seconds, started_at, cast(to_local(started_at) as date) as started_on,
    hour(to_local(started_at)) as hour_of_day,
    strftime(time_bucket(interval 30 minute, to_local(started_at)), '%H:%M') as half_hour,
    isodow(to_local(started_at)) as weekday
from activities;

create table fct_campaign_emails as from messages;
create table fct_social_interactions as from social;
create table fct_survey_answers as from answers;

-- funnel ---------------------------------------------------------------------------------------
create table fct_deals as select *, closed_on - created_on as cycle_days from deals;
create table fct_leads as
select
    *,
    hour(to_local(created_at)) as hour_of_day,
    strftime(time_bucket(interval 30 minute, to_local(created_at)), '%H:%M') as half_hour,
    isodow(to_local(created_at)) as weekday
from answered_leads;

create table stage_visits as
with changes as (
    select distinct deal as deal_id, stage, crm_at(entered) as entered_at
    from read_csv(
        getvariable('inbox') || '/crm/etapas_*.csv',
        delim = ';', encoding = 'latin-1', header = true, auto_detect = false, ignore_errors = true,
        columns = {'deal': 'varchar', 'stage': 'varchar', 'entered': 'varchar'}
    )
    where deal is not null and crm_at(entered) is not null
)

select
    changes.deal_id,
    changes.stage,
    changes.entered_at,
    row_number() over visiting as visit_number,
    lead(changes.entered_at) over visiting as left_at,
    deals.amount,
    deals.rep__region,
    deals.created_on,
    deals.closed_on
from changes
inner join deals on deals.deal_id = changes.deal_id
window visiting as (partition by changes.deal_id order by changes.entered_at, changes.stage);

create table fct_stage_visits as select * from stage_visits;

create table fct_open_deals_daily as
with stretches as (
    select
        deal_id,
        stage,
        amount,
        rep__region,
        greatest(created_on, case when visit_number = 1 then created_on else cast(to_local(entered_at) as date) end)
            as from_on,
        least(
            coalesce(closed_on, (select day + 1 from as_of)),
            coalesce(cast(to_local(left_at) as date), (select day + 1 from as_of))
        ) as to_on
    from stage_visits
    -- a deal that is opened again was not open in the stage that it had ended in
    where stage not in ('Ganada', 'Perdida')
)

select
    deal_id,
    stage,
    amount,
    rep__region,
    cast(unnest(generate_series(from_on, to_on - 1, interval 1 day)) as date) as snapshot_on
from stretches
where from_on < to_on;

-- customers over time, attribution -------------------------------------------------------------
create table fct_customer_month_ends as
with month_ends as (
    select least(cast(month_start + interval 1 month - interval 1 day as date), (select day from as_of)) as month_end_on
    from (
        select unnest(generate_series(
            (select date_trunc('month', min(ordered_on)) from fct_orders),
            (select date_trunc('month', day) from as_of), interval 1 month
        )) as month_start
    )
),

buying as (
    select
        *,
        lead(ordered_on, 1, date '9999-12-31') over (partition by customer order by order_number) as next_on,
        min(ordered_on) over (partition by customer) as first_on
    from fct_orders
    where not is_return
),

standing as (
    select
        buying.customer,
        month_ends.month_end_on,
        buying.order_number as orders_to_date,
        month_ends.month_end_on - buying.ordered_on as recency_days,
        case when order_number > 1 then (ordered_on - first_on) / (order_number - 1) end as usual_gap_days
    from buying
    inner join month_ends on buying.ordered_on <= month_ends.month_end_on and buying.next_on > month_ends.month_end_on
),

recent as (
    select customer, month_end_on, count(*) as recent_orders, sum(net_amount) as recent_amount
    from fct_orders
    inner join month_ends
        on ordered_on <= month_end_on and ordered_on > month_end_on - interval 365 day
    where not is_return
    group by customer, month_end_on
),

figures as (
    select standing.*, coalesce(recent_orders, 0) as recent_orders, coalesce(recent_amount, 0) as recent_amount
    from standing
    left join recent on recent.customer = standing.customer and recent.month_end_on = standing.month_end_on
)

select
    *,
    orders_to_date >= 3 and recency_days > 2 * usual_gap_days as is_at_risk,
    recent_orders > 0
    and rank() over (partition by month_end_on order by recency_days) - 1 < 0.4 * count(*) over ends
    and rank() over (partition by month_end_on order by recent_orders desc) - 1 < 0.4 * count(*) over ends
    and rank() over (partition by month_end_on order by recent_amount desc) - 1 < 0.4 * count(*) over ends as is_loyal
from figures
window ends as (partition by month_end_on);

create table fct_touch_credits as
with touches as (
    select 'call/' || call_id as touch_key, contact_id, null as account_id, started_at as touched_at
    from fct_calls
    where is_connected
    union all
    select activity_key, contact_id, null, started_at from fct_activities
    where kind <> 'call' and (is_done or is_conversation)
    union all
    select 'lead/' || lead_id, contact_id, account_id, created_at from leads
    union all
    select 'email/' || message_id, contact_id, null, engaged_at from fct_campaign_emails
    where engaged_at is not null
    union all
    select 'social/' || id, contact_id, null, occurred_at from social
    where kind <> 'impression'
),

placed as (
    select touches.* replace (coalesce(touches.account_id, contacts.account_id) as account_id)
    from touches
    left join contacts on contacts.contact_id = touches.contact_id
),

buyers as (
    select
        order_id, ordered_at, ordered_on, net_amount, account_id, contact_id
    from fct_orders
    where not is_return
),

matched as (
    select order_id, touch_key, touched_at, ordered_on, net_amount
    from buyers
    inner join placed on placed.account_id = buyers.account_id
        and touched_at between ordered_at - interval 90 day and ordered_at
    union
    select order_id, touch_key, touched_at, ordered_on, net_amount
    from buyers
    inner join placed on placed.contact_id = buyers.contact_id
        and touched_at between ordered_at - interval 90 day and ordered_at
),

numbered as (
    select
        *,
        row_number() over (partition by order_id order by touched_at, touch_key) as touch_number,
        count(*) over (partition by order_id) as touches_count
    from matched
)

select
    *,
    case when touch_number = 1 then net_amount else 0 end as first_touch_amount,
    case when touch_number = touches_count then net_amount else 0 end as last_touch_amount,
    net_amount / touches_count as linear_amount
from numbered;

-- performance ----------------------------------------------------------------------------------
create table fct_marketing_spend as from spend;
create table fct_staff_costs as from staff_costs;
create table fct_quotas as from quotas;

create table fct_rep_months as
with days as (
    select
        fct_orders.seller_id as user_id,
        strftime(fct_orders.ordered_on, '%Y-%m') as month,
        sum(fct_orders.net_amount) as net_amount
    from fct_orders
    group by all
)

select
    quotas.user_id,
    quotas.month,
    any_value(quotas.target) as quota_amount,
    coalesce(sum(days.net_amount), 0) as revenue_amount
from quotas
left join days on days.user_id = quotas.user_id and days.month = quotas.month
group by quotas.user_id, quotas.month;
