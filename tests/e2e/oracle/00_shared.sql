-- What the metrics' SQL shares, calculated from the tables of 00_raw.sql: plain before fast.

-- the reps' day: what they did, from the diary and from the phone system ------------------------
create temp table done as
with both_kinds as (
    select
        id,
        case kind
            when 'Correo' then 'email' when 'Reunión' then 'meeting' when 'Visita' then 'visit'
            when 'Demostración' then 'demo' when 'Propuesta' then 'proposal' when 'Nota' then 'note'
            else 'content'
        end as activity__kind,
        case
            when kind = 'Correo' then coalesce(way, 'Saliente') = 'Saliente'
            when kind in ('Reunión', 'Visita', 'Demostración') then outcome = 'Realizada'
            else kind = 'Propuesta'
        end as is_done,
        case
            when kind = 'Correo' then way = 'Entrante' or outcome = 'Respondido'
            when kind in ('Reunión', 'Visita', 'Demostración') then outcome = 'Realizada'
            else false
        end as is_conversation,
        coalesce(outcome in ('Realizada', 'Respondido', 'Enviado'), true) as is_held,
        contact_id,
        deal_id,
        cast(null as varchar) as campaign,
        started_at,
        month,
        rep__region,
        rep__team,
        user_id
    from activities
    union all
    select
        call_id,
        'call',
        direction = 'out' or disposition = 'ANSWERED',
        disposition = 'ANSWERED' and talk_s >= 30,
        disposition = 'ANSWERED',
        contact_id,
        null,
        campaign,
        started_at,
        month,
        rep__region,
        rep__team,
        user_id
    from calls
)

select
    both_kinds.* replace (coalesce(both_kinds.is_done, false) as is_done, coalesce(is_conversation, false) as is_conversation),
    coalesce(contacts.account_id, deals.account_id) as account_id
from both_kinds
left join contacts on contacts.contact_id = both_kinds.contact_id
left join deals on deals.deal_id = both_kinds.deal_id;

-- deals with the team of whoever last attended their contact before they closed -----------------
create temp table attended_deals as
select deals.*, attended.deal__agent_team
from closed_deals as deals
left join (
    select deals.deal_id, arg_max_null(done.rep__team, done.started_at) as deal__agent_team
    from closed_deals as deals
    inner join done on done.deal_id = deals.deal_id or done.contact_id = deals.contact_id
    where
        done.activity__kind not in ('note', 'content')
        and (done.is_held or done.is_conversation)
        and done.user_id is not null
        and done.started_at <= deals.closed_at
        and done.started_at <= (select moment from as_of)
    group by deals.deal_id
) as attended on attended.deal_id = deals.deal_id;

-- touches of orders: first, last, and even shares ----------------------------------------------
create temp table touches as
with found as (
    select
        'activity' as source, id, activity__kind as touch_credit__touch_kind, campaign, contact_id, account_id, started_at as touched_at
    from done
    where case when activity__kind = 'call' then is_held else is_done or is_conversation end
    union all
    select
        'campaign_email', message_id, 'campaign_email', campaign_id, messages.contact_id, contacts.account_id, engaged_at
    from messages
    left join contacts on contacts.contact_id = messages.contact_id
    where engaged_at is not null
    union all
    select 'lead', lead_id, 'lead', campaign, leads.contact_id, coalesce(leads.account_id, contacts.account_id), leads.created_at
    from leads
    left join contacts on contacts.contact_id = leads.contact_id
    union all
    select 'social', id, 'social', campaign, social.contact_id, contacts.account_id, occurred_at
    from social
    left join contacts on contacts.contact_id = social.contact_id
    where kind <> 'impression'
)

select * from found where contact_id is not null or account_id is not null;

create temp table credits as
with orders as (
    select order_id, sum(net) as net, sum(net) - sum(cost) as margin
    from kept_lines
    group by order_id
),

touched as (
    select
        kept_orders.order_id,
        kept_orders.month,
        touches.*,
        row_number() over latest as places_from_last,
        row_number() over earliest as place,
        count(*) over (partition by kept_orders.order_id) as touch_count
    from kept_orders
    inner join touches
        on touches.touched_at between kept_orders.ordered_at - interval 90 day and kept_orders.ordered_at
        and (touches.contact_id = kept_orders.contact_id or touches.account_id = kept_orders.account_id)
    window
        earliest as (partition by kept_orders.order_id order by touched_at, source, id),
        latest as (partition by kept_orders.order_id order by touched_at desc, source desc, id desc)
)

select
    touched.order_id,
    touched.month,
    touched.touch_credit__touch_kind,
    touched.campaign,
    campaigns.channel as campaign__channel,
    case when place = 1 then orders.net else 0 end as first_net,
    case when places_from_last = 1 then orders.net else 0 end as last_net,
    case when places_from_last = 1 then orders.margin else 0 end as last_margin,
    orders.net / touch_count as even_net
from touched
inner join orders on orders.order_id = touched.order_id
left join campaigns on campaigns.campaign_id = touched.campaign;

-- kinds of sale: what a customer had bought before in the category, and at what list price ------
create temp table motions as
select
    sale_lines.*,
    case
        when order_number = 1 then 'new'
        when not exists (
            select 1 from sale_lines as earlier
            where
                earlier.customer = sale_lines.customer
                and earlier.order_number < sale_lines.order_number
                and earlier.product__category = sale_lines.product__category
        ) then 'cross_sell'
        when list_price > (
            select max(earlier.list_price) from sale_lines as earlier
            where
                earlier.customer = sale_lines.customer
                and earlier.order_number < sale_lines.order_number
                and earlier.product__category = sale_lines.product__category
        ) then 'up_sell'
        else 'repeat'
    end as motion
from sale_lines;

-- the ends of months, the last of them the data-as-of day ----------------------------------------
create temp table month_ends as
select
    strftime(month_at, '%Y-%m') as month,
    least(cast(month_at + interval 1 month - interval 1 day as date), (select day from as_of)) as day
from (
    select unnest(generate_series(
        (select strptime(min(month), '%Y-%m') from kept_orders), (select cast(day as timestamp) from as_of), interval 1 month
    )) as month_at
);

create temp table customer_month_ends as
with so_far as (
    select
        month_ends.month,
        month_ends.day,
        kept_orders.customer,
        any_value(kept_orders.account__industry) as account__industry,
        count(*) as orders,
        min(ordered_on) as first_on,
        max(ordered_on) as last_on,
        count(*) filter (where ordered_on > day - 365) as recent_orders
    from month_ends
    inner join kept_orders on kept_orders.ordered_on <= month_ends.day
    group by month_ends.month, month_ends.day, kept_orders.customer
),

bought as (
    select month_ends.month, sale_lines.customer, sum(net) as recent_net
    from month_ends
    inner join sale_lines on sale_lines.ordered_on <= month_ends.day and sale_lines.ordered_on > month_ends.day - 365
    group by month_ends.month, sale_lines.customer
),

valued as (
    select
        so_far.*,
        day - last_on as recency,
        coalesce(recent_net, 0) as recent_net,
        orders >= 3 and (day - last_on) > 2.0 * (last_on - first_on) / (orders - 1) as is_at_risk,
        exists (
            select 1 from done
            where
                done.is_conversation
                and done.month = so_far.month
                and so_far.customer in ('account ' || done.account_id, 'contact ' || done.contact_id)
        ) as has_conversation
    from so_far
    left join bought on bought.month = so_far.month and bought.customer = so_far.customer
)

select
    valued.*,
    recent_orders > 0
    and (select count(*) from valued as other where other.month = valued.month and other.recency < valued.recency)
        < 0.4 * count(*) over all_of_them
    and (select count(*) from valued as other where other.month = valued.month and other.recent_orders > valued.recent_orders)
        < 0.4 * count(*) over all_of_them
    and (select count(*) from valued as other where other.month = valued.month and other.recent_net > valued.recent_net)
        < 0.4 * count(*) over all_of_them as is_loyal
from valued
window all_of_them as (partition by month);

-- the phone system's states, tasks and the stages of deals ---------------------------------------
create temp table states as
select distinct
    raw.extension,
    raw.started,
    raw.state,
    month_of(to_local(zulu(raw.started))) as month,
    user_versions.region as rep__region,
    date_diff('second', zulu(raw.started), zulu(raw.ended)) as seconds
from read_csv(
    getvariable('inbox') || '/pbx/estados_*.csv',
    delim = ',', header = true, auto_detect = false, ignore_errors = true,
    columns = {'extension': 'varchar', 'state': 'varchar', 'started': 'varchar', 'ended': 'varchar'}
) as raw
left join user_versions
    on user_versions.extension = raw.extension
    and zulu(raw.started) >= user_versions.from_at
    and zulu(raw.started) < user_versions.to_at
where
    raw.extension is not null
    and zulu(raw.started) is not null
    and raw.state in ('AVAIL', 'ONCALL', 'WRAP', 'SELL', 'CONTENT', 'TRAIN', 'BREAK', 'MEET');

create temp table tasks as
select
    raw.id,
    crm_at(due) as due_at,
    crm_at(completed) as completed_at,
    month_of(to_local(crm_at(due))) as month,
    users.region as rep__region
from read_csv(
    getvariable('inbox') || '/crm/tareas_*.csv',
    delim = ';', encoding = 'latin-1', header = true, auto_detect = false, filename = true,
    columns = {
        'id': 'varchar', 'owner': 'varchar', 'contact': 'varchar', 'deal': 'varchar', 'subject': 'varchar',
        'created': 'varchar', 'due': 'varchar', 'completed': 'varchar'
    }
) as raw
left join users on users.user_id = raw.owner
qualify row_number() over (partition by raw.id order by raw.completed is null, raw.filename desc) = 1;

create temp table stage_visits as
with places as (
    select * from (values
        ('Prospección', 'Nuevo', 1, 0.05), ('Calificación', 'Calificado', 3, 0.25), ('Propuesta', 'Propuesta', 4, 0.5),
        ('Negociación', 'Negociación', 5, 0.75), ('Ganada', 'Ganado', 6, null), ('Perdida', 'Perdido', null, null)
    ) as places (stage, name, position, probability)
),

raw as (
    select distinct deal, stage, crm_at(entered) as entered_at
    from read_csv(
        getvariable('inbox') || '/crm/etapas_*.csv',
        delim = ';', encoding = 'latin-1', header = true, auto_detect = false, ignore_errors = true,
        columns = {'deal': 'varchar', 'stage': 'varchar', 'entered': 'varchar'}
    )
    where deal is not null and crm_at(entered) is not null
)

select
    deals.deal_id,
    deals.status,
    deals.amount,
    deals.created_on,
    deals.closed_on,
    places.name as stage_visit__stage,
    places.position,
    places.probability,
    raw.entered_at,
    cast(to_local(raw.entered_at) as date) as entered_on,
    month_of(to_local(raw.entered_at)) as month,
    deals.rep__region,
    lead(raw.entered_at) over visits as next_at,
    max(places.position) over (visits rows between 1 following and unbounded following) as later_position
from raw
inner join deals on deals.deal_id = raw.deal
left join places on places.stage = raw.stage
window visits as (partition by raw.deal order by raw.entered_at);

-- what the generator records of its files ---------------------------------------------------
create temp table written as
select
    split_part(key, '.', 1) as load__source,
    split_part(key, '.', 2) as load__stream,
    cast(value ->> 'read' as bigint) as read,
    cast(value ->> 'landed' as bigint) as landed,
    cast(value ->> 'quarantined' as bigint) as quarantined
from (
    select streams from read_json(
        getvariable('inbox') || '/../truth.json', columns = {'streams': 'json'}, maximum_object_size = 200000000
    )
) as truth, json_each(truth.streams);
