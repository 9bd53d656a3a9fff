"""How each tool shows its rows: file names, dialects, and the SQL that turns numbers into its words.

The SQL stands in exports.sql, a section per stream, on the macros of macros.sql. Which rows go to which
file belongs to `exports`; broken lines belong to `defects`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sandbox import words

Kind = Literal["csv", "jsonl", "parquet", "xlsx"]
_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Layout:
    """The export of one stream."""

    source: str
    stream: str
    """Its name in the contract."""
    folder: str
    stem: str
    kind: Kind = "csv"
    delimiter: str = ","
    encoding: str = "utf-8"
    local_times: bool = False
    """Whether `_at` columns are on the company's wall clock; else UTC."""
    identity: str = ""
    """The column where a broken line gets a key of its own; without one, no line is broken."""
    moment: str = ""
    number: str = ""
    choice: str = ""


def _spanish(
    stream: str,
    stem: str,
    identity: str = "",
    moment: str = "",
    number: str = "",
    choice: str = "",
    source: str = "crm",
) -> Layout:
    return Layout(
        source,
        stream,
        source,
        stem,
        delimiter=";",
        encoding="latin-1",
        local_times=True,
        identity=identity,
        moment=moment,
        number=number,
        choice=choice,
    )


LAYOUTS = (
    _spanish("users", "usuarios"),
    _spanish("accounts", "cuentas"),
    _spanish("contacts", "contactos", "Id", "Creado", "Nacimiento"),
    _spanish("products", "productos"),
    _spanish("leads", "leads", "Id", "Creado"),
    _spanish("deals", "oportunidades", "Id", "Creado", "Importe", "Estado"),
    _spanish("deal_stage_changes", "etapas", "Oportunidad", "Entrada"),
    _spanish("activities", "actividades", "Id", "Inicio", "", "Tipo"),
    _spanish("tasks", "tareas"),
    _spanish("campaigns", "campanas"),
    _spanish("staff_costs", "costes_personal"),
    _spanish("targets", "objetivos"),
    _spanish("survey_answers", "encuestas", "Id", "Respondida", "Nota", "Encuesta"),
    Layout(
        "pbx",
        "calls",
        "pbx",
        "llamadas",
        identity="uniqueid",
        moment="started",
        number="talk_s",
        choice="disposition",
    ),
    Layout(
        "pbx",
        "agent_states",
        "pbx",
        "estados",
        identity="extension",
        moment="started",
        choice="state",
    ),
    Layout("mailer", "campaigns", "mailer", "mailings", kind="jsonl"),
    Layout(
        "mailer",
        "email_events",
        "mailer",
        "events",
        kind="jsonl",
        identity="event_id",
        moment="ts",
        choice="type",
    ),
    Layout("marketing", "marketing_spend", "marketing", "spend", kind="xlsx"),
    Layout(
        "marketing",
        "social_interactions",
        "marketing",
        "social",
        identity="interaction_id",
        moment="occurred_at",
        choice="kind",
    ),
    Layout(
        "shop", "orders", "shop", "pedidos", kind="parquet", identity="order_id", choice="estado"
    ),
    Layout("shop", "order_lines", "shop", "lineas", kind="parquet", identity="order_id"),
    _spanish("invoices", "facturas", "Factura", "Fecha", "Total", source="billing"),
)

_CITIES = tuple(city for cities in words.CITIES for city in cities)
# Macros of exports.sql that give the word of a number.
_WORDS = {
    "first_name": words.FIRST_NAMES,
    "last_name": words.LAST_NAMES,
    "company_word": words.COMPANY_WORDS,
    "company_name": words.COMPANY_NAMES,
    "company_form": words.COMPANY_FORMS,
    "region": words.REGIONS,
    "office": words.OFFICES,
    "city": _CITIES,
    "team": words.TEAMS,
    "user_direction": words.DIRECTIONS,
    "user_role": words.ROLES,
    "industry": words.INDUSTRIES,
    "segment": words.SEGMENTS,
    "job": words.JOBS,
    "channel": words.CHANNELS,
    "life": words.STAGES_OF_LIFE,
    "category": words.CATEGORIES,
    "product_word": words.PRODUCT_WORDS,
    "deal_stage": words.DEAL_STAGES,
    "deal_status": words.DEAL_STATUS,
    "pipeline": words.PIPELINES,
    "deal_type": words.DEAL_TYPES,
    "reason": words.LOST_REASONS,
    "kind": words.KINDS,
    "way": words.KIND_DIRECTIONS,
    "outcome": words.OUTCOMES,
    "order_status": words.ORDER_STATUS,
    "order_channel": words.ORDER_CHANNELS,
    "invoice_status": words.INVOICE_STATUS,
    "queue": words.QUEUES,
    "call_direction": words.CALL_DIRECTIONS,
    "disposition": words.DISPOSITIONS,
    "agent_state": words.AGENT_STATES,
    "campaign_channel": words.CAMPAIGN_CHANNELS,
    "event_kind": words.EVENT_KINDS,
    "network": words.NETWORKS,
    "social_kind": words.SOCIAL_KINDS,
    "survey": words.SURVEYS,
    "mail_segment": words.MAIL_SEGMENTS,
    "subject": words.TASK_SUBJECTS,
    "scope": words.SCOPES,
}


def macros() -> list[str]:
    """The statements that create every macro of exports.sql."""
    statements = []
    for name, items in _WORDS.items():
        listed = ", ".join("'" + item.replace("'", "''") + "'" for item in items)
        statements.append(
            f"create temp macro {name}(i) as case when i >= 0 then ([{listed}])[i + 1] end"
        )
    statements.append((_HERE / "macros.sql").read_text(encoding="utf-8"))
    return statements


def selects() -> dict[tuple[str, str], str]:
    """The SQL of each source and stream."""
    text = (_HERE / "exports.sql").read_text(encoding="utf-8")
    sections = {}
    for part in re.split(r"(?m)^-- stream: ", text)[1:]:
        name, _, sql = part.partition("\n")
        source, stream = name.strip().split(".")
        sections[(source, stream)] = sql.strip().rstrip(";")
    return sections
