-- What each tool's export shows of a stream, over `rows`: the columns of a frame as
-- whole numbers (-1 for none), days and seconds since 1970, cents. One section a
-- stream; the words come from words.py by macros of macros.sql.

-- stream: crm.users
select
    ref('U', "user", 4) as "Id", person("user" * 7919 + 311) as "Nombre",
    email("user" * 7919 + 311, 'u' || "user") as "Correo", extension("user") as "Extensión",
    team(direction) || ' ' || region(region) as "Equipo",
    user_direction(direction) as "Dirección", user_role(role) as "Puesto",
    case when acquires = 1 then 'Sí' else 'No' end as "Captación",
    ref('U', manager, 4) as "Responsable", region(region) as "Zona",
    office(region) as "Oficina", on_es(hired) as "Alta", at_es(updated_at) as "Modificado"
from rows;

-- stream: crm.accounts
select
    ref('A', account, 6) as "Id",
    company_word(name % 16) || ' ' || company_name(name // 16 % 17) || company_form(name //
        272 % 4) as "Nombre",
    industry(industry) as "Sector", whole_es(employees) as "Empleados",
    money_es(annual_revenue) as "Facturación anual", 'ES' as "País", region(region) as "Zona",
    city(region * 4 + city) as "Ciudad", lpad(cast(postal as varchar), 5, '0') as "CP",
    segment(segment) as "Segmento", ref('U', owner, 4) as "Propietario",
    at_es(created_at) as "Creado", at_es(updated_at) as "Modificado"
from rows;

-- stream: crm.contacts
select
    ref('C', contact, 7) as "Id", ref('A', account, 6) as "Cuenta", person(name) as "Nombre",
    email(name, contact) as "Correo", phone_es(phone, writing) as "Teléfono",
    phone_es(mobile, (writing + contact) % 5) as "Móvil", job(job) as "Cargo",
    case when birth_year > 0 then birth_year else null end as "Nacimiento", 'ES' as "País",
    ref('U', owner, 4) as "Propietario", channel(channel) as "Primer canal",
    life(stage) as "Estado", at_es(created_at) as "Creado", at_es(updated_at) as "Modificado"
from rows;

-- stream: crm.products
select
    ref('P', product, 4) as "Id",
    category(category) || ' ' || product_word(product % 10) || ' ' || product as "Nombre",
    category(category) as "Familia", money_es(price) as "PVP", money_es(cost) as "Coste"
from rows;

-- stream: crm.leads
select
    ref('L', lead, 7) as "Id", ref('C', contact, 7) as "Contacto",
    ref('A', account, 6) as "Cuenta",
    person(coalesce(nullif(contact_name, -1), name)) as "Nombre",
    case when contact >= 0 then email(contact_name, contact) else email(name, 'l' || lead)
        end as "Correo",
    phone_es(case when contact >= 0 then 34600000000 + (contact * 48271 + 12345) % 99999989
        else 34720000000 + lead end, writing % 5) as "Teléfono",
    channel(channel) as "Canal", ref('CMP', campaign, 4) as "Campaña",
    ref('U', owner, 4) as "Propietario", at_es(created_at) as "Creado",
    at_es(qualified_at) as "Calificado", at_es(disqualified_at) as "Descartado",
    at_es(converted_at) as "Convertido", ref('D', deal, 7) as "Oportunidad",
    at_es(updated_at) as "Modificado"
from rows;

-- stream: crm.deals
select
    ref('D', deal, 7) as "Id", 'Oportunidad ' || deal as "Nombre",
    ref('A', account, 6) as "Cuenta", ref('C', contact, 7) as "Contacto",
    ref('L', lead, 7) as "Lead", ref('U', owner, 4) as "Propietario",
    pipeline(pipeline) as "Embudo", deal_stage(stage) as "Etapa", money_es(amount) as "Importe",
    deal_type("type") as "Tipo", ref('P', product, 4) as "Producto",
    at_es(created_at) as "Creado", at_es(closed_at) as "Cerrado",
    on_es(expected_on) as "Cierre previsto", deal_status(status) as "Estado",
    reason(reason) as "Motivo de pérdida", at_es(updated_at) as "Modificado"
from rows;

-- stream: crm.deal_stage_changes
select
    ref('D', deal, 7) as "Oportunidad", deal_stage(stage) as "Etapa",
    at_es(entered_at) as "Entrada"
from rows;

-- stream: crm.activities
select
    ref('ACT', activity, 8) as "Id", kind(kind) as "Tipo", way(way) as "Sentido",
    ref('U', owner, 4) as "Propietario", ref('C', contact, 7) as "Contacto",
    ref('D', deal, 7) as "Oportunidad", ref('L', lead, 7) as "Lead",
    at_es(started_at) as "Inicio", at_es(started_at + minutes * 60) as "Fin",
    outcome(outcome) as "Resultado"
from rows;

-- stream: crm.tasks
select
    ref('T', task, 7) as "Id", ref('U', owner, 4) as "Propietario",
    ref('C', contact, 7) as "Contacto", ref('D', deal, 7) as "Oportunidad",
    subject(subject) as "Asunto", at_es(created_at) as "Creada", at_es(due_at) as "Vence",
    at_es(completed_at) as "Terminada"
from rows;

-- stream: crm.campaigns
select
    ref('CMP', campaign, 4) as "Id",
    'Captación ' || campaign_channel(channel) || ' ' || strftime(make_timestamp(launched_at
        * 1000000), '%Y') || '-T' || (quarter % 4 + 1) as "Nombre",
    campaign_channel(channel) as "Canal", 'Captación' as "Segmento",
    at_es(launched_at) as "Inicio", at_es(ended_at) as "Fin", money_es(budget) as "Presupuesto"
from rows;

-- stream: crm.staff_costs
select
    ref('U', "user", 4) as "Usuario",
    strftime(date '1970-01-01' + cast("month" as int), '%m/%Y') as "Mes",
    money_es(salary) as "Salario", money_es(commission) as "Comisión"
from rows;

-- stream: crm.targets
select
    'Ingresos' as "Indicador", scope(scope) as "Ámbito",
    case when scope = 2 then region("key") when scope = 3 then ref('U', "key", 4) end as
        "Clave",
    strftime(date '1970-01-01' + cast("month" as int), '%m/%Y') as "Mes",
    money_es(target) as "Objetivo", on_es(set_on) as "Fijado"
from rows;

-- stream: crm.survey_answers
select
    ref('S', answer, 6) as "Id", survey(survey) as "Encuesta",
    ref('C', contact, 7) as "Contacto", ref('A', account, 6) as "Cuenta",
    ref('U', agent, 4) as "Agente", score as "Nota", at_es(answered_at) as "Respondida"
from rows;

-- stream: pbx.calls
select
    ref('K', "call", 9) as uniqueid, call_direction(direction) as direction,
    case when direction = 0 then phone_pbx(number, writing) when direction = 1 then
        '+34910000100' else extension(agent) end as src,
    case when direction = 0 then '+34910000100' when direction = 1 then phone_pbx(number,
        writing) else extension(other_agent) end as dst,
    queue(queue) as queue, extension(agent) as extension, iso(started_at) as started,
    iso(answered_at) as answered, iso(ended_at) as ended, wait as wait_s, talk as talk_s,
    hold as hold_s, wrap as wrap_s, disposition("end") as disposition,
    ref('CMP', campaign, 4) as campaign, ref('C', contact, 7) as crm_contact
from rows;

-- stream: pbx.agent_states
select
    extension(agent) as extension, agent_state(state) as state, iso(started_at) as started,
    iso(ended_at) as ended
from rows;

-- stream: mailer.campaigns
select
    ref('ML', mailing, 4) as campaign_id,
    'Boletín ' || strftime(make_timestamp(launched_at * 1000000), '%Y-%m-%d') as name,
    'email' as channel, mail_segment(segment) as segment,
    'Novedades de ' || lower(mail_segment(segment)) as subject, iso(launched_at) as launched_at
from rows;

-- stream: mailer.email_events
select
    ref('E', event, 10) as event_id, ref('ML', mailing, 4) as campaign_id,
    ref('M', message, 9) as message_id,
    case when contact < 0 then 'lista' || stranger || '@externa.example' when writing = 0
        then upper(email(contact_name, contact)) when writing = 1 then ' ' ||
        email(contact_name, contact) || ' ' else email(contact_name, contact) end as email,
    case when names_contact = 1 then ref('C', contact, 7) end as crm_id,
    event_kind(kind) as type, iso(occurred_at) as ts, machine = 1 as bot,
    case when kind = 3 then 'https://tienda.example/p/' || (message % 120) end as url,
    case when kind = 5 then case when soft = 0 then 'hard' else 'soft' end end as bounce
from rows;

-- stream: marketing.marketing_spend
select
    "day" as "Fecha", campaign_channel(channel) as "Canal",
    ref('CMP', campaign, 4) as "Campaña", amount as "Importe"
from rows;

-- stream: marketing.social_interactions
select
    ref('I', interaction, 8) as interaction_id, network(network) as network,
    '@prospecto_' || prospect as handle,
    case when by_email = 0 then ref('C', contact, 7) end as crm_contact,
    case when by_email = 1 then email(contact_name, contact) end as email,
    social_kind(kind) as kind, ref('CMP', campaign, 4) as campaign,
    iso(occurred_at) as occurred_at
from rows;

-- stream: shop.orders
select
    ref('O', "order", 7) as order_id, case when bare = 0 then ref('A', account, 6) end as account_id,
    case when bare = 0 then ref('C', contact, 7) end as contact_id, ref('D', deal, 7) as deal_id,
    case when bare = 0 then ref('U', owner, 4) end as seller_id, stamp(ordered_at) as ordered_at,
    stamp(delivered_at) as delivered_at, order_status(status) as estado,
    -- the shop names the kind of most returns, and of half of the sales
    case when returns >= 0 then case when "order" % 4 > 0 then 'Devolución' end when "order" % 2
        = 0 then 'Venta' end as tipo,
    ref('O', returns, 7) as devuelve, order_channel(channel) as canal, stamp(updated_at) as updated_at
from rows;

-- stream: shop.order_lines
select
    ref('O', "order", 7) as order_id, cast("line" as int) as line_no,
    ref('P', product, 4) as sku, cast(quantity as int) as quantity, euros(price) as unit_price,
    euros(discount) as discount, euros(cost) as unit_cost
from rows;

-- stream: billing.invoices
select
    ref('F', invoice, 7) as "Factura", ref('O', "order", 7) as "Pedido",
    on_es(invoiced_on) as "Fecha", money_es(amount) as "Total",
    invoice_status(status) as "Estado"
from rows;
