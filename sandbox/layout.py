"""How each tool shows its rows: file names, dialects, and the SQL that turns numbers into its words.

The SQL runs over `rows`: a frame's columns as integers (`-1` for none), `_at` in the tool's own time zone.
Which rows go to which file belongs to `exports`; broken lines belong to `planting`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sandbox import words
from sandbox.customers import MOBILES

Kind = Literal["csv", "jsonl", "parquet", "xlsx"]


@dataclass(frozen=True)
class Layout:
    """The export of one stream. `cadence` months are cut into days while they are not over."""

    source: str
    stream: str
    """Its name in the contract."""
    folder: str
    stem: str
    select: str
    kind: Kind = "csv"
    delimiter: str = ","
    encoding: str = "utf-8"
    local_times: bool = False
    """Whether `_at` columns are on the company's wall clock; else UTC."""
    identity: str = ""
    """The column that a broken line gets a number of its own in."""
    moment: str = ""
    number: str = ""
    choice: str = ""


def _crm(stream: str, stem: str, select: str, **faults: str) -> Layout:
    return Layout(
        "crm", stream, "crm", stem, select, delimiter=";", encoding="latin-1", local_times=True, **faults
    )


def _words(name: str, items: tuple[str, ...]) -> str:
    listed = ", ".join("'" + item.replace("'", "''") + "'" for item in items)
    return f"create temp macro {name}(i) as case when i >= 0 then ([{listed}])[i + 1] end"


_CITIES = tuple(city for cities in words.CITIES for city in cities)
_AGENT_EXTENSION = 2_001

MACROS = (
    _words("first_name", words.FIRST_NAMES), _words("last_name", words.LAST_NAMES),
    _words("company_word", words.COMPANY_WORDS), _words("company_name", words.COMPANY_NAMES),
    _words("company_form", words.COMPANY_FORMS), _words("region", words.REGIONS), _words("office", words.OFFICES),
    _words("city", _CITIES), _words("team", words.TEAMS), _words("user_direction", words.DIRECTIONS),
    _words("user_role", words.ROLES), _words("industry", words.INDUSTRIES), _words("segment", words.SEGMENTS),
    _words("job", words.JOBS), _words("channel", words.CHANNELS), _words("life", words.STAGES_OF_LIFE),
    _words("category", words.CATEGORIES), _words("product_word", words.PRODUCT_WORDS),
    _words("deal_stage", words.DEAL_STAGES), _words("deal_status", words.DEAL_STATUS),
    _words("pipeline", words.PIPELINES), _words("deal_type", words.DEAL_TYPES), _words("reason", words.LOST_REASONS),
    _words("kind", words.KINDS), _words("way", words.KIND_DIRECTIONS), _words("outcome", words.OUTCOMES),
    _words("order_status", words.ORDER_STATUS), _words("order_channel", words.ORDER_CHANNELS),
    _words("invoice_status", words.INVOICE_STATUS), _words("queue", words.QUEUES),
    _words("call_direction", words.CALL_DIRECTIONS), _words("disposition", words.DISPOSITIONS),
    _words("agent_state", words.AGENT_STATES), _words("campaign_channel", words.CAMPAIGN_CHANNELS),
    _words("event_kind", words.EVENT_KINDS), _words("network", words.NETWORKS),
    _words("social_kind", words.SOCIAL_KINDS), _words("survey", words.SURVEYS),
    _words("mail_segment", ("Clientes", "Prospectos", "Promoción")),
    _words("subject", ("Llamar al cliente", "Enviar presupuesto", "Preparar visita", "Revisar pedido", "Felicitar")),
    _words("scope", ("empresa", "equipo", "zona", "comercial")),
    "create temp macro ref(prefix, x, width) as "
    "case when x >= 0 then prefix || lpad(cast(x as varchar), width, '0') end",
    "create temp macro at_es(s) as case when s <> -1 then strftime(make_timestamp(s * 1000000), '%d/%m/%Y %H:%M') end",
    "create temp macro on_es(d) as case when d <> -1 then strftime(date '1970-01-01' + cast(d as int), '%d/%m/%Y') end",
    "create temp macro iso(s) as "
    "case when s <> -1 then strftime(make_timestamp(s * 1000000), '%Y-%m-%dT%H:%M:%SZ') end",
    "create temp macro stamp(s) as case when s <> -1 then make_timestamp(s * 1000000) end",
    "create temp macro euros(c) as case when c <> -1 then cast(cast(c as decimal(18, 0)) / 100 as decimal(18, 2)) end",
    "create temp macro money_es(c) as case when c <> -1 then translate(format('{:,.2f}', c / 100), ',.', '.,') end",
    "create temp macro whole_es(n) as replace(format('{:,}', n), ',', '.')",
    f"create temp macro given(n) as first_name(n % {len(words.FIRST_NAMES)})",
    f"create temp macro family(n) as last_name(n // 40 % {len(words.LAST_NAMES)})",
    f"create temp macro person(n) as given(n) || ' ' || family(n) || ' ' || last_name(n // 1400 % "
    f"{len(words.LAST_NAMES)})",
    "create temp macro email(n, id) as "
    "strip_accents(lower(given(n) || '.' || family(n))) || cast(id as varchar) || '@correo.example'",
    "create temp macro home_number(p) as substr(cast(p as varchar), 3)",
    "create temp macro spaced(p) as substr(home_number(p), 1, 3) || ' ' || substr(home_number(p), 4, 3) || ' ' || "
    "substr(home_number(p), 7)",
    "create temp macro phone_es(p, w) as case when p <= 0 then null "
    "when w = 0 then '+' || p when w = 1 then '0034 ' || spaced(p) when w = 2 then spaced(p) "
    "when w = 3 then '(+34) ' || replace(spaced(p), ' ', '-') when w = 4 then home_number(p) "
    "else '+34 ' || spaced(p) || ' ext. ' || (p % 90 + 10) end",
    "create temp macro phone_pbx(p, w) as case when p = 0 and w % 2 = 0 then 'anonymous' when p = 0 then null "
    "when w = 0 then '+' || p when w = 1 then '00' || p when w = 2 then home_number(p) else spaced(p) end",
    f"create temp macro extension(u) as case when u >= 9000 then cast(u as varchar) "
    f"when u >= 0 then cast(u + {_AGENT_EXTENSION} as varchar) end",
)  # fmt: skip

_OWN_PHONE = f"case when contact >= 0 then {MOBILES} + (contact * 48271 + 12345) % 99999989 else 34720000000 + lead end"

LAYOUTS = (
    _crm("users", "usuarios", """
        select ref('U', "user", 4) as "Id", person("user" * 7919 + 311) as "Nombre",
        email("user" * 7919 + 311, 'u' || "user") as "Correo", extension("user") as "Extensión",
        team(direction) || ' ' || region(region) as "Equipo", user_direction(direction) as "Dirección",
        user_role(role) as "Puesto", case when acquires = 1 then 'Sí' else 'No' end as "Captación",
        ref('U', manager, 4) as "Responsable", region(region) as "Zona", office(region) as "Oficina",
        on_es(hired) as "Alta", at_es(updated_at) as "Modificado" from rows
    """),
    _crm("accounts", "cuentas", """
        select ref('A', account, 6) as "Id", company_word(name % 16) || ' ' || company_name(name // 16 % 17)
        || company_form(name // 272 % 4) as "Nombre", industry(industry) as "Sector",
        whole_es(employees) as "Empleados", money_es(annual_revenue) as "Facturación anual", 'ES' as "País",
        region(region) as "Zona", city(region * 4 + city) as "Ciudad", lpad(cast(postal as varchar), 5, '0') as "CP",
        segment(segment) as "Segmento", ref('U', owner, 4) as "Propietario", at_es(created_at) as "Creado",
        at_es(updated_at) as "Modificado" from rows
    """),
    _crm("contacts", "contactos", """
        select ref('C', contact, 7) as "Id", ref('A', account, 6) as "Cuenta", person(name) as "Nombre",
        email(name, contact) as "Correo", phone_es(phone, writing) as "Teléfono",
        phone_es(mobile, (writing + contact) % 5) as "Móvil", job(job) as "Cargo",
        case when birth_year > 0 then birth_year else null end as "Nacimiento", 'ES' as "País",
        ref('U', owner, 4) as "Propietario", channel(channel) as "Primer canal", life(stage) as "Estado",
        at_es(created_at) as "Creado", at_es(updated_at) as "Modificado" from rows
    """, identity="Id", moment="Creado", number="Nacimiento"),
    _crm("products", "productos", """
        select ref('P', product, 4) as "Id", category(category) || ' ' || product_word(product % 10) || ' ' || product
        as "Nombre", category(category) as "Familia", money_es(price) as "PVP", money_es(cost) as "Coste" from rows
    """),
    _crm("leads", "leads", f"""
        select ref('L', lead, 7) as "Id", ref('C', contact, 7) as "Contacto", ref('A', account, 6) as "Cuenta",
        person(coalesce(nullif(contact_name, -1), name)) as "Nombre",
        case when contact >= 0 then email(contact_name, contact) else email(name, 'l' || lead) end as "Correo",
        phone_es({_OWN_PHONE}, writing % 5) as "Teléfono",
        channel(channel) as "Canal", ref('CMP', campaign, 4) as "Campaña", ref('U', owner, 4) as "Propietario",
        at_es(created_at) as "Creado", at_es(qualified_at) as "Calificado", at_es(disqualified_at) as "Descartado",
        at_es(converted_at) as "Convertido", ref('D', deal, 7) as "Oportunidad", at_es(updated_at) as "Modificado"
        from rows
    """, identity="Id", moment="Creado"),
    _crm("deals", "oportunidades", """
        select ref('D', deal, 7) as "Id", 'Oportunidad ' || deal as "Nombre", ref('A', account, 6) as "Cuenta",
        ref('C', contact, 7) as "Contacto", ref('L', lead, 7) as "Lead", ref('U', owner, 4) as "Propietario",
        pipeline(pipeline) as "Embudo", deal_stage(stage) as "Etapa", money_es(amount) as "Importe",
        deal_type("type") as "Tipo", ref('P', product, 4) as "Producto", at_es(created_at) as "Creado",
        at_es(closed_at) as "Cerrado", on_es(expected_on) as "Cierre previsto", deal_status(status) as "Estado",
        reason(reason) as "Motivo de pérdida", at_es(updated_at) as "Modificado" from rows
    """, identity="Id", moment="Creado", number="Importe", choice="Estado"),
    _crm("deal_stage_changes", "etapas", """
        select ref('D', deal, 7) as "Oportunidad", deal_stage(stage) as "Etapa", at_es(entered_at) as "Entrada" from rows
    """, identity="Oportunidad", moment="Entrada"),
    _crm("activities", "actividades", """
        select ref('ACT', activity, 8) as "Id", kind(kind) as "Tipo", way(way) as "Sentido",
        ref('U', owner, 4) as "Propietario", ref('C', contact, 7) as "Contacto", ref('D', deal, 7) as "Oportunidad",
        ref('L', lead, 7) as "Lead", at_es(started_at) as "Inicio", at_es(started_at + minutes * 60) as "Fin",
        outcome(outcome) as "Resultado" from rows
    """, identity="Id", moment="Inicio", choice="Tipo"),
    _crm("tasks", "tareas", """
        select ref('T', task, 7) as "Id", ref('U', owner, 4) as "Propietario", ref('C', contact, 7) as "Contacto",
        ref('D', deal, 7) as "Oportunidad", subject(subject) as "Asunto", at_es(created_at) as "Creada",
        at_es(due_at) as "Vence", at_es(completed_at) as "Terminada" from rows
    """),
    _crm("campaigns", "campanas", """
        select ref('CMP', campaign, 4) as "Id", 'Captación ' || campaign_channel(channel) || ' '
        || strftime(make_timestamp(launched_at * 1000000), '%Y') || '-T' || (quarter % 4 + 1) as "Nombre",
        campaign_channel(channel) as "Canal", 'Captación' as "Segmento", at_es(launched_at) as "Inicio",
        at_es(ended_at) as "Fin", money_es(budget) as "Presupuesto" from rows
    """),
    _crm("staff_costs", "costes_personal", """
        select ref('U', "user", 4) as "Usuario", strftime(date '1970-01-01' + cast("month" as int), '%m/%Y') as "Mes",
        money_es(salary) as "Salario", money_es(commission) as "Comisión" from rows
    """),
    _crm("targets", "objetivos", """
        select 'Ingresos' as "Indicador", scope(scope) as "Ámbito", case when scope = 2 then region("key")
        when scope = 3 then ref('U', "key", 4) end as "Clave", strftime(date '1970-01-01' + cast("month" as int), '%m/%Y')
        as "Mes", money_es(target) as "Objetivo", on_es(set_on) as "Fijado" from rows
    """),
    _crm("survey_answers", "encuestas", """
        select ref('S', answer, 6) as "Id", survey(survey) as "Encuesta", ref('C', contact, 7) as "Contacto",
        ref('A', account, 6) as "Cuenta", ref('U', agent, 4) as "Agente", score as "Nota",
        at_es(answered_at) as "Respondida" from rows
    """, identity="Id", moment="Respondida", number="Nota", choice="Encuesta"),
    Layout("pbx", "calls", "pbx", "llamadas", """
        select ref('K', "call", 9) as uniqueid, call_direction(direction) as direction,
        case when direction = 0 then phone_pbx(number, writing) when direction = 1 then '+34910000100'
        else extension(agent) end as src, case when direction = 0 then '+34910000100'
        when direction = 1 then phone_pbx(number, writing) else extension(other_agent) end as dst,
        queue(queue) as queue, extension(agent) as extension, iso(started_at) as started, iso(answered_at) as answered,
        iso(ended_at) as ended, wait as wait_s, talk as talk_s, hold as hold_s, wrap as wrap_s,
        disposition("end") as disposition, ref('CMP', campaign, 4) as campaign, ref('C', contact, 7) as crm_contact
        from rows
    """, identity="uniqueid", moment="started", number="talk_s", choice="disposition"),
    Layout("pbx", "agent_states", "pbx", "estados", """
        select extension(agent) as extension, agent_state(state) as state, iso(started_at) as started,
        iso(ended_at) as ended from rows
    """, identity="extension", moment="started", choice="state"),
    Layout("mailer", "campaigns", "mailer", "mailings", """
        select ref('ML', mailing, 4) as campaign_id, 'Boletín ' || strftime(make_timestamp(launched_at * 1000000),
        '%Y-%m-%d') as name, 'email' as channel, mail_segment(segment) as segment,
        'Novedades de ' || lower(mail_segment(segment)) as subject, iso(launched_at) as launched_at from rows
    """, kind="jsonl"),
    Layout("mailer", "email_events", "mailer", "events", """
        select ref('E', event, 10) as event_id, ref('ML', mailing, 4) as campaign_id,
        ref('M', message, 9) as message_id, case when contact < 0 then 'lista' || stranger || '@externa.example'
        when writing = 0 then upper(email(contact_name, contact)) when writing = 1 then ' ' || email(contact_name, contact)
        || ' ' else email(contact_name, contact) end as email, case when names_contact = 1 then ref('C', contact, 7) end
        as crm_id, event_kind(kind) as type, iso(occurred_at) as ts, machine = 1 as bot,
        case when kind = 3 then 'https://tienda.example/p/' || (message % 120) end as url,
        case when kind = 5 then case when message % 3 = 0 then 'hard' else 'soft' end end as bounce from rows
    """, kind="jsonl", identity="event_id", moment="ts", choice="type"),
    Layout("marketing", "marketing_spend", "marketing", "spend", """
        select "day" as "Fecha", campaign_channel(channel) as "Canal", ref('CMP', campaign, 4) as "Campaña",
        amount as "Importe" from rows
    """, kind="xlsx"),
    Layout("marketing", "social_interactions", "marketing", "social", """
        select ref('I', interaction, 8) as interaction_id, network(network) as network, '@prospecto_' || prospect as handle,
        case when by_email = 0 then ref('C', contact, 7) end as crm_contact,
        case when by_email = 1 then email(contact_name, contact) end as email, social_kind(kind) as kind,
        ref('CMP', campaign, 4) as campaign, iso(occurred_at) as occurred_at from rows
    """, identity="interaction_id", moment="occurred_at", choice="kind"),
    Layout("shop", "orders", "shop", "pedidos", """
        select ref('O', "order", 7) as order_id, ref('A', account, 6) as account_id, ref('C', contact, 7) as contact_id,
        ref('D', deal, 7) as deal_id, ref('U', owner, 4) as seller_id, stamp(ordered_at) as ordered_at,
        stamp(delivered_at) as delivered_at, order_status(status) as estado, order_channel(channel) as canal,
        stamp(updated_at) as updated_at from rows
    """, kind="parquet", identity="order_id", choice="estado"),
    Layout("shop", "order_lines", "shop", "lineas", """
        select ref('O', "order", 7) as order_id, cast("line" as int) as line_no, ref('P', product, 4) as sku,
        cast(quantity as int) as quantity, euros(price) as unit_price, euros(discount) as discount,
        euros(cost) as unit_cost from rows
    """, kind="parquet", identity="order_id"),
    Layout("billing", "invoices", "billing", "facturas", """
        select ref('F', invoice, 7) as "Factura", ref('O', "order", 7) as "Pedido", on_es(invoiced_on) as "Fecha",
        money_es(amount) as "Total", invoice_status(status) as "Estado" from rows
    """, delimiter=";", encoding="latin-1", local_times=True, identity="Factura", moment="Fecha", number="Total"),
)  # fmt: skip
