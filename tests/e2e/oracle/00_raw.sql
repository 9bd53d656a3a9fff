-- The sandbox company's raw files as tables, read and cleaned by hand, for the metrics' SQL beside this file.
-- Nothing of Embudo is used: neither its settings nor its models. The variable `inbox` names the folder.
-- Times without a suffix are UTC; `month` is the month in Madrid. A line that does not parse is left out.

set timezone = 'UTC';

create temp macro to_local(moment) as timezone('Europe/Madrid', timezone('UTC', moment));
create temp macro to_utc(local_at) as timezone('UTC', timezone('Europe/Madrid', local_at));
create temp macro month_of(moment) as strftime(moment, '%Y-%m');
create temp macro crm_at(text) as to_utc(try_strptime(text, '%d/%m/%Y %H:%M'));
create temp macro crm_on(text) as cast(try_strptime(text, '%d/%m/%Y') as date);
create temp macro euros(text) as try_cast(replace(replace(text, '.', ''), ',', '.') as decimal(18, 2));
create temp macro zulu(text) as try_strptime(text, '%Y-%m-%dT%H:%M:%SZ');
create temp macro is_rounded(text) as regexp_matches(text, '^[0-9]+([.][0-9]+)?[eE][+][0-9]+$');
create temp macro digits(text) as
    regexp_replace(regexp_replace(lower(text), '\s*ext.*$', ''), '[^0-9+]', '', 'g');
create temp macro e164(text) as case
    when digits(text) similar to '\+[0-9]{8,15}' then digits(text)
    when digits(text) similar to '00[0-9]{8,15}' then '+' || substr(digits(text), 3)
    when digits(text) similar to '[6789][0-9]{8}' then '+34' || digits(text)
end;

-- who sells ------------------------------------------------------------------------------------
create temp table raw_users as
select distinct * exclude (filename)
from read_csv(
    getvariable('inbox') || '/crm/usuarios_*.csv',
    delim = ';', encoding = 'latin-1', header = true, auto_detect = false, filename = true,
    columns = {
        'id': 'varchar', 'name': 'varchar', 'email': 'varchar', 'extension': 'varchar', 'team': 'varchar',
        'direction': 'varchar', 'role': 'varchar', 'acquires': 'varchar', 'manager': 'varchar',
        'region': 'varchar', 'office': 'varchar', 'hired': 'varchar', 'updated': 'varchar'
    }
);

create temp table user_versions as
select
    id as user_id,
    extension,
    team,
    region,
    acquires = 'Sí' as acquires,
    case
        when row_number() over versions = 1 then timestamp '1900-01-01'
        else crm_at(updated)
    end as from_at,
    coalesce(lead(crm_at(updated)) over versions, timestamp '2200-01-01') as to_at
from raw_users
window versions as (partition by id order by crm_at(updated));

create temp table users as
select * from user_versions
where to_at = timestamp '2200-01-01';

-- customers ------------------------------------------------------------------------------------
create temp table accounts as
select
    id as account_id,
    industry,
    owner
from read_csv(
    getvariable('inbox') || '/crm/cuentas_*.csv',
    delim = ';', encoding = 'latin-1', header = true, auto_detect = false, quote = '"', escape = '"',
    columns = {
        'id': 'varchar', 'name': 'varchar', 'industry': 'varchar', 'employees': 'varchar', 'sales': 'varchar',
        'country': 'varchar', 'region': 'varchar', 'city': 'varchar', 'postcode': 'varchar',
        'segment': 'varchar', 'owner': 'varchar', 'created': 'varchar', 'updated': 'varchar'
    }
)
qualify row_number() over (partition by id order by crm_at(updated) desc) = 1;

create temp table contacts as
select
    id as contact_id,
    account as account_id,
    channel as contact__first_channel_es,
    lower(trim(email)) as email,
    e164(phone) as phone,
    e164(mobile) as mobile,
    owner,
    crm_at(created) as created_at,
    month_of(to_local(crm_at(created))) as month,
    users.region as rep__region
from read_csv(
    getvariable('inbox') || '/crm/contactos_*.csv',
    delim = ';', encoding = 'latin-1', header = true, auto_detect = false, ignore_errors = true,
    columns = {
        'id': 'varchar', 'account': 'varchar', 'name': 'varchar', 'email': 'varchar', 'phone': 'varchar',
        'mobile': 'varchar', 'job': 'varchar', 'born': 'varchar', 'country': 'varchar', 'owner': 'varchar',
        'channel': 'varchar', 'stage': 'varchar', 'created': 'varchar', 'updated': 'varchar'
    }
) as raw
left join users on users.user_id = raw.owner
where
    raw.id is not null
    and crm_at(created) is not null
    and (born is null or try_cast(born as integer) is not null)
qualify row_number() over (partition by raw.id order by crm_at(raw.updated) desc) = 1;

-- each number of a contact, and how many contacts have it
create temp table numbers as
select
    number,
    count(distinct contact_id) as holders,
    min(contact_id) as contact_id
from (
    select contact_id, unnest([phone, mobile]) as number from contacts
)
where number is not null
group by number;

-- orders ---------------------------------------------------------------------------------------
create temp table products as
select
    id as product_id,
    family as category,
    euros(price) as list_price
from read_csv(
    getvariable('inbox') || '/crm/productos_*.csv',
    delim = ';', encoding = 'latin-1', header = true, auto_detect = false,
    columns = {'id': 'varchar', 'name': 'varchar', 'family': 'varchar', 'price': 'varchar', 'cost': 'varchar'}
);

create temp table stated_orders as
select * from read_parquet(getvariable('inbox') || '/shop/pedidos_*.parquet')
where
    estado in ('Abierto', 'Completado', 'Cancelado')
    and (account_id is not null or contact_id is not null or devuelve is not null)
qualify row_number() over (partition by order_id order by updated_at desc) = 1;

-- what a return does not state is that of its sale
create temp table all_orders as
select
    stated.* replace (
        coalesce(stated.account_id, sales.account_id) as account_id,
        coalesce(stated.contact_id, sales.contact_id) as contact_id,
        coalesce(stated.seller_id, sales.seller_id) as seller_id
    )
from stated_orders as stated
left join stated_orders as sales on sales.order_id = stated.devuelve;

-- a return is called one, or its lines sum below zero
create temp table raw_lines as
select distinct * from read_parquet(getvariable('inbox') || '/shop/lineas_*.parquet')
where sku is not null;

create temp table returns as
select raw_lines.order_id from raw_lines
inner join all_orders on all_orders.order_id = raw_lines.order_id
group by raw_lines.order_id, all_orders.tipo
having coalesce(all_orders.tipo = 'Devolución', sum(quantity * unit_price - coalesce(discount, 0)) < 0);

create temp table counted_orders as
select
    newest.order_id,
    returns.order_id is not null as is_return,
    newest.account_id,
    newest.contact_id,
    coalesce('account ' || newest.account_id, 'contact ' || newest.contact_id) as customer,
    accounts.industry as account__industry,
    user_versions.region as rep__region,
    user_versions.team as rep__team,
    newest.ordered_at,
    cast(to_local(newest.ordered_at) as date) as ordered_on,
    month_of(to_local(newest.ordered_at)) as month,
    newest.delivered_at,
    newest.seller_id,
    newest.estado,
    case when returns.order_id is null then
        row_number() over (
            partition by
                coalesce('account ' || newest.account_id, 'contact ' || newest.contact_id), returns.order_id is not null
            order by newest.ordered_at, newest.order_id
        )
    end as order_number
from all_orders as newest
left join returns on returns.order_id = newest.order_id
left join accounts on accounts.account_id = newest.account_id
left join user_versions
    on user_versions.user_id = newest.seller_id
    and newest.ordered_at >= user_versions.from_at
    and newest.ordered_at < user_versions.to_at
where newest.estado <> 'Cancelado';

-- sales alone; the lines below are those of returns too
create temp table kept_orders as select * from counted_orders where not is_return;

create temp table kept_lines as
select
    counted_orders.*,
    products.category as product__category,
    products.list_price,
    newest.sku as product_id,
    newest.line_no,
    newest.unit_price,
    newest.quantity,
    newest.quantity * newest.unit_price - coalesce(newest.discount, 0) as net,
    newest.quantity * newest.unit_cost as cost
from raw_lines as newest
inner join counted_orders on counted_orders.order_id = newest.order_id
left join products on products.product_id = newest.sku;

create temp table sale_lines as select * from kept_lines where not is_return;

create temp table invoices as
select distinct
    raw.number,
    month_of(crm_on(raw.invoiced)) as month,
    users.region as rep__region,
    euros(raw.total) as amount
from read_csv(
    getvariable('inbox') || '/billing/facturas_*.csv',
    delim = ';', encoding = 'latin-1', header = true, auto_detect = false, ignore_errors = true,
    columns = {
        'number': 'varchar', 'order_id': 'varchar', 'invoiced': 'varchar', 'total': 'varchar', 'state': 'varchar'
    }
) as raw
left join all_orders on all_orders.order_id = raw.order_id
left join users on users.user_id = all_orders.seller_id
where
    number is not null
    and crm_on(invoiced) is not null
    and euros(total) is not null
    and state in ('Emitida', 'Pagada');

-- costs ----------------------------------------------------------------------------------------
create temp table spend as
with cells as (
    select
        date '1899-12-30' + try_cast("Fecha" as integer) as spend_on,
        "Canal" as channel,
        try_cast("Importe" as decimal(18, 2)) as amount,
        filename
    from read_sheets
),

good as (
    select * from cells
    where spend_on is not null and channel is not null and amount is not null
)

select
    month_of(spend_on) as month,
    channel as campaign__channel,
    amount
from good
qualify rank() over (partition by spend_on, channel order by filename desc) = 1;

create temp table staff_costs as
select
    raw.month[4:7] || '-' || raw.month[1:2] as month,
    users.region as rep__region,
    users.acquires,
    euros(salary) + euros(commission) as cost
from (
    select distinct * from read_csv(
        getvariable('inbox') || '/crm/costes_personal_*.csv',
        delim = ';', encoding = 'latin-1', header = true, auto_detect = false,
        columns = {'user_id': 'varchar', 'month': 'varchar', 'salary': 'varchar', 'commission': 'varchar'}
    )
) as raw
left join users on users.user_id = raw.user_id;

create temp table quotas as
select
    raw.month[4:7] || '-' || raw.month[1:2] as month,
    users.region as rep__region,
    users.user_id,
    euros(target) as target
from read_csv(
    getvariable('inbox') || '/crm/objetivos_*.csv',
    delim = ';', encoding = 'latin-1', header = true, auto_detect = false,
    columns = {
        'metric': 'varchar', 'scope': 'varchar', 'name': 'varchar', 'month': 'varchar', 'target': 'varchar',
        'set_on': 'varchar'
    }
) as raw
inner join users on users.user_id = raw.name
where raw.scope = 'comercial'
qualify row_number() over (partition by raw.name, raw.month order by crm_on(raw.set_on) desc) = 1;

-- leads and deals ------------------------------------------------------------------------------
create temp table deal_versions as
select *
from read_csv(
    getvariable('inbox') || '/crm/oportunidades_*.csv',
    delim = ';', encoding = 'latin-1', header = true, auto_detect = false, ignore_errors = true,
    columns = {
        'id': 'varchar', 'name': 'varchar', 'account': 'varchar', 'contact': 'varchar', 'lead': 'varchar',
        'owner': 'varchar', 'pipeline': 'varchar', 'stage': 'varchar', 'amount': 'varchar', 'type': 'varchar',
        'product': 'varchar', 'created': 'varchar', 'closed': 'varchar', 'expected': 'varchar',
        'status': 'varchar', 'reason': 'varchar', 'updated': 'varchar'
    }
)
where
    id is not null
    and not is_rounded(id)
    and crm_at(created) is not null
    and euros(amount) is not null
    and status in ('Abierta', 'Ganada', 'Perdida')
    and (status = 'Abierta' or crm_at(closed) is not null);

-- the days on which a deal was closed that was opened again: from the first up to but not on the last
create temp table closed_days as
select
    ended.id as deal_id,
    cast(to_local(crm_at(ended.closed)) as date) as closed_on,
    cast(to_local(min(crm_at(opened.updated))) as date) as opened_on
from deal_versions as ended
inner join deal_versions as opened
    on opened.id = ended.id and opened.status = 'Abierta' and crm_at(opened.updated) > crm_at(ended.closed)
where ended.status <> 'Abierta'
group by ended.id, ended.closed;

create temp table deals as
select
    raw.id as deal_id,
    raw.lead as lead_id,
    raw.contact as contact_id,
    raw.account as account_id,
    raw.owner,
    users.region as rep__region,
    raw.stage,
    raw.status,
    euros(amount) as amount,
    crm_at(created) as created_at,
    crm_at(closed) as closed_at,
    cast(to_local(crm_at(created)) as date) as created_on,
    cast(to_local(crm_at(closed)) as date) as closed_on,
    month_of(to_local(crm_at(created))) as created_month,
    month_of(to_local(crm_at(closed))) as closed_month
from deal_versions as raw
left join users on users.user_id = raw.owner
qualify row_number() over (partition by raw.id order by crm_at(raw.updated) desc) = 1;

create temp table closed_deals as
select *, closed_month as month from deals
where status <> 'Abierta';

create temp table leads as
select
    raw.id as lead_id,
    raw.contact as contact_id,
    raw.account as account_id,
    raw.campaign,
    raw.channel as lead__channel_es,
    case raw.channel
        when 'Web' then 'web' when 'Teléfono' then 'phone' when 'Correo' then 'email'
        when 'Redes sociales' then 'social' when 'Buscadores' then 'search' when 'Feria' then 'event'
        when 'Recomendación' then 'referral'
    end as lead__channel,
    users.region as rep__region,
    crm_at(created) as created_at,
    cast(to_local(crm_at(created)) as date) as created_on,
    month_of(to_local(crm_at(created))) as month,
    strftime(time_bucket(interval 30 minute, to_local(crm_at(created))), '%H:%M') as lead__half_hour,
    crm_at(qualified) is not null as is_qualified
from read_csv(
    getvariable('inbox') || '/crm/leads_*.csv',
    delim = ';', encoding = 'latin-1', header = true, auto_detect = false, ignore_errors = true,
    columns = {
        'id': 'varchar', 'contact': 'varchar', 'account': 'varchar', 'name': 'varchar', 'email': 'varchar',
        'phone': 'varchar', 'channel': 'varchar', 'campaign': 'varchar', 'owner': 'varchar', 'created': 'varchar',
        'qualified': 'varchar', 'discarded': 'varchar', 'converted': 'varchar', 'deal': 'varchar',
        'updated': 'varchar'
    }
) as raw
left join users on users.user_id = raw.owner
where raw.id is not null and crm_at(created) is not null
qualify row_number() over (partition by raw.id order by crm_at(raw.updated) desc) = 1;

-- conversations --------------------------------------------------------------------------------
create temp table calls as
with good as (
    select distinct * exclude (crm_contact), crm_contact as named_contact
    from read_csv(
        getvariable('inbox') || '/pbx/llamadas_*.csv',
        delim = ',', header = true, auto_detect = false, ignore_errors = true,
        columns = {
            'id': 'varchar', 'direction': 'varchar', 'src': 'varchar', 'dst': 'varchar', 'queue': 'varchar',
            'extension': 'varchar', 'started': 'varchar', 'answered': 'varchar', 'ended': 'varchar',
            'wait_s': 'varchar', 'talk_s': 'varchar', 'hold_s': 'varchar', 'wrap_s': 'varchar',
            'disposition': 'varchar', 'campaign': 'varchar', 'crm_contact': 'varchar'
        }
    )
    where
        id is not null
        and not is_rounded(id)
        and zulu(started) is not null
        and try_cast(talk_s as integer) is not null
        and disposition in ('ANSWERED', 'NO ANSWER', 'BUSY', 'FAILED', 'ABANDONED', 'VOICEMAIL')
        and direction in ('in', 'out')
)

select
    good.id as call_id,
    good.direction,
    good.queue as call__queue,
    good.disposition,
    zulu(good.started) as started_at,
    month_of(to_local(zulu(good.started))) as month,
    hour(to_local(zulu(good.started))) as call__hour,
    strftime(time_bucket(interval 30 minute, to_local(zulu(good.started))), '%H:%M') as call__half_hour,
    isodow(to_local(zulu(good.started))) as call__weekday,
    cast(good.wait_s as integer) as wait_s,
    cast(good.talk_s as integer) as talk_s,
    cast(good.hold_s as integer) as hold_s,
    cast(good.wrap_s as integer) as wrap_s,
    user_versions.region as rep__region,
    user_versions.team as rep__team,
    user_versions.user_id,
    e164(case when good.direction = 'in' then good.src else good.dst end) as number,
    good.campaign,
    good.named_contact,
    numbers.holders,
    coalesce(good.named_contact, case when numbers.holders = 1 then numbers.contact_id end) as contact_id,
    good.named_contact is not null or numbers.number is not null as is_matched
from good
left join user_versions
    on user_versions.extension = good.extension
    and zulu(good.started) >= user_versions.from_at
    and zulu(good.started) < user_versions.to_at
left join numbers
    on numbers.number = e164(case when good.direction = 'in' then good.src else good.dst end);

create temp table activities as
with good as (
    select distinct *
    from read_csv(
        getvariable('inbox') || '/crm/actividades_*.csv',
        delim = ';', encoding = 'latin-1', header = true, auto_detect = false, ignore_errors = true,
        columns = {
            'id': 'varchar', 'kind': 'varchar', 'way': 'varchar', 'owner': 'varchar', 'contact': 'varchar',
            'deal': 'varchar', 'lead': 'varchar', 'started': 'varchar', 'ended': 'varchar', 'outcome': 'varchar'
        }
    )
    where
        id is not null
        and crm_at(started) is not null
        and kind in ('Correo', 'Reunión', 'Visita', 'Demostración', 'Propuesta', 'Nota', 'Contenido')
)

select
    good.id,
    good.kind,
    good.way,
    good.outcome,
    good.contact as contact_id,
    good.deal as deal_id,
    good.lead as lead_id,
    crm_at(good.started) as started_at,
    month_of(to_local(crm_at(good.started))) as month,
    isodow(to_local(crm_at(good.started))) as activity__weekday,
    user_versions.region as rep__region,
    user_versions.team as rep__team,
    user_versions.user_id
from good
left join user_versions
    on user_versions.user_id = good.owner
    and crm_at(good.started) >= user_versions.from_at
    and crm_at(good.started) < user_versions.to_at;

-- the first outbound call or activity with a lead, or with the contact that it is, from its creation on
create temp table answered_leads as
with touches as (
    select contact_id, cast(null as varchar) as lead_id, started_at, rep__team from calls
    where direction = 'out' and contact_id is not null
    union all
    select contact_id, lead_id, started_at, rep__team from activities
    where coalesce(way, 'Saliente') = 'Saliente' and kind not in ('Nota', 'Contenido')
),

matched as (
    select leads.lead_id, touches.started_at, touches.rep__team
    from leads
    inner join touches on touches.contact_id = leads.contact_id and touches.started_at >= leads.created_at
    union all
    select leads.lead_id, touches.started_at, touches.rep__team
    from leads
    inner join touches on touches.lead_id = leads.lead_id and touches.started_at >= leads.created_at
),

first_touches as (
    select lead_id, min(started_at) as first_touch_at, arg_min_null(rep__team, started_at) as lead__agent_team
    from matched
    group by lead_id
)

select
    leads.*,
    first_touches.first_touch_at,
    first_touches.lead__agent_team,
    date_diff('second', leads.created_at, first_touches.first_touch_at) as response_seconds,
    won.closed_on as won_on,
    came.created_on as deal_on
from leads
left join first_touches on first_touches.lead_id = leads.lead_id
left join deals as won on won.lead_id = leads.lead_id and won.status = 'Ganada'
left join deals as came on came.lead_id = leads.lead_id;

-- campaign emails ------------------------------------------------------------------------------
create temp table mailings as
select distinct campaign_id, name, segment
from read_json(
    getvariable('inbox') || '/mailer/mailings_*.jsonl', format = 'newline_delimited',
    columns = {'campaign_id': 'varchar', 'name': 'varchar', 'segment': 'varchar'}
);

create temp table campaigns as
select campaign_id, 'email' as channel from mailings
union
select id, channel
from read_csv(
    getvariable('inbox') || '/crm/campanas_*.csv',
    delim = ';', encoding = 'latin-1', header = true, auto_detect = false,
    columns = {
        'id': 'varchar', 'name': 'varchar', 'channel': 'varchar', 'segment': 'varchar', 'launched': 'varchar',
        'ended': 'varchar', 'budget': 'varchar'
    }
);

create temp table messages as
with events as (
    select distinct *
    from read_json(
        [getvariable('inbox') || '/mailer/events_*.jsonl', getvariable('inbox') || '/mailer/events_*.jsonl.gz'],
        format = 'newline_delimited', ignore_errors = true,
        columns = {
            'event_id': 'varchar', 'campaign_id': 'varchar', 'message_id': 'varchar', 'email': 'varchar',
            'crm_id': 'varchar', 'type': 'varchar', 'ts': 'varchar', 'bot': 'boolean', 'bounce': 'varchar'
        }
    )
    where
        event_id is not null
        and event_id like 'E%'  -- a number was rounded
        and zulu(ts) is not null
        and type in ('sent', 'delivered', 'deferred', 'open', 'click', 'reply', 'bounce', 'unsubscribe', 'complaint')
)

select
    events.message_id,
    events.campaign_id,
    mailings.name as campaign__name,
    month_of(to_local(min(zulu(events.ts)) filter (where events.type = 'sent'))) as month,
    hour(to_local(min(zulu(events.ts)) filter (where events.type = 'sent'))) as campaign_email__hour,
    max(events.crm_id) as named_contact,
    lower(trim(max(events.email))) as email,
    coalesce(max(events.crm_id), max(contacts.contact_id)) as contact_id,
    min(zulu(events.ts)) filter (
        where events.type = 'reply' or (events.type in ('open', 'click') and not events.bot)
    ) as engaged_at,
    -- the last word: after a soft bounce a delivery, scan or click shows that the message arrived
    bool_or(events.type = 'bounce' and events.bounce = 'hard')
    or coalesce(
        arg_max(events.type, zulu(events.ts)) filter (where events.type not in ('sent', 'deferred')) = 'bounce', false
    ) as is_bounced,
    not is_bounced and bool_or(events.type not in ('sent', 'deferred')) as is_delivered,
    bool_or(events.type = 'open' and not events.bot) as is_opened,
    bool_or(events.type = 'click' and not events.bot) as is_clicked,
    bool_or(events.type = 'reply') as is_replied,
    bool_or(events.type = 'unsubscribe') as is_unsubscribed,
    bool_or(events.type = 'complaint') as is_complained
from events
left join mailings on mailings.campaign_id = events.campaign_id
left join contacts on contacts.email = lower(trim(events.email))
group by events.message_id, events.campaign_id, mailings.name
having bool_or(events.type = 'sent');

-- social networks, surveys ---------------------------------------------------------------------
create temp table social as
select distinct
    raw.id,
    network as social_interaction__network,
    handle,
    kind,
    campaign,
    coalesce(crm_contact, contacts.contact_id) as contact_id,
    coalesce(crm_contact, raw.email) is not null as is_matched,
    zulu(occurred) as occurred_at,
    month_of(to_local(zulu(occurred))) as month
from read_csv(
    getvariable('inbox') || '/marketing/social_*.csv',
    delim = ',', header = true, auto_detect = false, ignore_errors = true,
    columns = {
        'id': 'varchar', 'network': 'varchar', 'handle': 'varchar', 'crm_contact': 'varchar', 'email': 'varchar',
        'kind': 'varchar', 'campaign': 'varchar', 'occurred': 'varchar'
    }
) as raw
left join contacts on contacts.email = lower(trim(raw.email))
where
    raw.id is not null
    and zulu(occurred) is not null
    and kind in ('impression', 'view', 'like', 'follow', 'comment', 'share', 'reply', 'message', 'click');

create temp table answers as
select distinct
    raw.id,
    raw.survey,
    try_cast(raw.score as integer) as score,
    month_of(to_local(crm_at(raw.answered))) as month,
    users.region as rep__region
from read_csv(
    getvariable('inbox') || '/crm/encuestas_*.csv',
    delim = ';', encoding = 'latin-1', header = true, auto_detect = false, ignore_errors = true,
    columns = {
        'id': 'varchar', 'survey': 'varchar', 'contact': 'varchar', 'account': 'varchar', 'agent': 'varchar',
        'score': 'varchar', 'answered': 'varchar'
    }
) as raw
left join users on users.user_id = raw.agent
where
    raw.id is not null
    and crm_at(raw.answered) is not null
    and try_cast(raw.score as integer) is not null
    and raw.survey in ('csat', 'nps');

-- the last day that the files speak of: the data-as-of day in Madrid
create temp table as_of as
select
    max(moment) as moment,
    cast(to_local(max(moment)) as date) as day
from (
    select max(started_at) as moment from calls
    union all select max(started_at) from activities
    union all select max(created_at) from leads
    union all select max(created_at) from contacts
    union all select max(created_at) from deals
    union all select max(ordered_at) from counted_orders
    union all select max(zulu(ts)) from read_json(
        [getvariable('inbox') || '/mailer/events_*.jsonl', getvariable('inbox') || '/mailer/events_*.jsonl.gz'],
        format = 'newline_delimited', ignore_errors = true, columns = {'ts': 'varchar'}
    )
);

-- a call from a number of several contacts is with the one who was active last before it (by activity, order or
-- deal), else with the one registered last before it, else with the smallest id
create temp table contact_moments as
select contact_id, started_at as moment from activities
union all select contact_id, ordered_at from all_orders
union all select contact_id, created_at from deals
union all select contact_id, closed_at from deals;

create temp table shared_calls as
with candidates as (
    select
        calls.call_id,
        contacts.contact_id,
        max(case when contacts.created_at < calls.started_at then contacts.created_at end) as registered_at,
        max(contact_moments.moment) as active_at
    from calls
    inner join contacts on calls.number in (contacts.phone, contacts.mobile)
    left join contact_moments
        on contact_moments.contact_id = contacts.contact_id and contact_moments.moment < calls.started_at
    where calls.holders > 1 and calls.named_contact is null
    group by calls.call_id, contacts.contact_id
)

select call_id, contact_id from candidates
qualify row_number() over (
    partition by call_id order by active_at desc nulls last, registered_at desc nulls last, contact_id
) = 1;

update calls set contact_id = shared_calls.contact_id
from shared_calls where shared_calls.call_id = calls.call_id;
