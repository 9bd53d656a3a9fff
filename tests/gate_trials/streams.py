"""What the trials know of the made-up company's files: which column is the key, the moment, the owner, an amount.

Words of the files stand in `sandbox.layout`; reading and writing them in `sheets`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sandbox.layout import LAYOUTS, Layout


@dataclass(frozen=True)
class Stream:
    """One kind of file. Columns are named as in the files."""

    name: str
    """Its name in the contract."""
    source: str
    at: str = ""
    """The column that says when a row happened or was made."""
    key: str = ""
    moments: tuple[str, ...] = ()
    """All columns of times, `at` too."""
    dates: tuple[str, ...] = ()
    amounts: tuple[str, ...] = ()
    seconds: tuple[str, ...] = ()
    owner: str = ""
    references: Mapping[str, str] = field(default_factory=dict)
    """Column to the stream whose keys it holds."""
    categories: tuple[str, ...] = ()
    email: str = ""
    parts: str = ""
    """The stream whose rows go with a row of this one."""
    part_key: str = ""
    """The column of `parts` that holds this stream's key."""
    stem: str = ""
    """Of the file names, where the source has two files of the same contract stream."""

    @property
    def title(self) -> str:
        """As checks name it."""
        return f"{self.source}.{self.name}"

    @property
    def layout(self) -> Layout:
        """How its files look."""
        return next(
            one
            for one in LAYOUTS
            if (one.source, one.stream) == (self.source, self.name) and self.stem in ("", one.stem)
        )


USERS = Stream("users", "crm", key="Id")
LEADS = Stream(
    "leads",
    "crm",
    at="Creado",
    key="Id",
    moments=("Creado", "Calificado", "Descartado", "Convertido", "Modificado"),
    owner="Propietario",
    references={
        "Contacto": "contacts",
        "Cuenta": "accounts",
        "Campaña": "campaigns",
        "Propietario": "users",
        "Oportunidad": "deals",
    },
    categories=("Canal",),
    email="Correo",
)
DEALS = Stream(
    "deals",
    "crm",
    at="Creado",
    key="Id",
    moments=("Creado", "Cerrado", "Modificado"),
    dates=("Cierre previsto",),
    amounts=("Importe",),
    owner="Propietario",
    references={
        "Cuenta": "accounts",
        "Contacto": "contacts",
        "Lead": "leads",
        "Propietario": "users",
        "Producto": "products",
    },
    categories=("Embudo", "Tipo", "Motivo de pérdida"),
    parts="deal_stage_changes",
    part_key="Oportunidad",
)
STAGES = Stream(
    "deal_stage_changes",
    "crm",
    at="Entrada",
    moments=("Entrada",),
    references={"Oportunidad": "deals"},
    categories=("Etapa",),
)
ACTIVITIES = Stream(
    "activities",
    "crm",
    at="Inicio",
    key="Id",
    moments=("Inicio", "Fin"),
    owner="Propietario",
    references={
        "Propietario": "users",
        "Contacto": "contacts",
        "Oportunidad": "deals",
        "Lead": "leads",
    },
    categories=("Tipo", "Sentido", "Resultado"),
)
TASKS = Stream(
    "tasks",
    "crm",
    at="Creada",
    key="Id",
    moments=("Creada", "Vence", "Terminada"),
    owner="Propietario",
    references={"Propietario": "users", "Contacto": "contacts", "Oportunidad": "deals"},
    categories=("Asunto",),
)
CONTACTS = Stream(
    "contacts",
    "crm",
    at="Creado",
    key="Id",
    moments=("Creado", "Modificado"),
    owner="Propietario",
    references={"Cuenta": "accounts", "Propietario": "users"},
    categories=("Primer canal", "Estado", "Cargo"),
    email="Correo",
)
ACCOUNTS = Stream(
    "accounts",
    "crm",
    at="Creado",
    key="Id",
    moments=("Creado", "Modificado"),
    amounts=("Facturación anual",),
    owner="Propietario",
    references={"Propietario": "users"},
    categories=("Sector", "Zona", "Segmento"),
)
SURVEYS = Stream(
    "survey_answers",
    "crm",
    at="Respondida",
    key="Id",
    moments=("Respondida",),
    owner="Agente",
    references={"Contacto": "contacts", "Cuenta": "accounts", "Agente": "users"},
)
STAFF_COSTS = Stream(
    "staff_costs",
    "crm",
    amounts=("Salario", "Comisión"),
    owner="Usuario",
    references={"Usuario": "users"},
)
TARGETS = Stream("targets", "crm", dates=("Fijado",), amounts=("Objetivo",), categories=("Ámbito",))
CALLS = Stream(
    "calls",
    "pbx",
    at="started",
    key="uniqueid",
    moments=("started", "answered", "ended"),
    seconds=("wait_s", "talk_s", "hold_s", "wrap_s"),
    owner="extension",
    references={"extension": "users", "campaign": "campaigns", "crm_contact": "contacts"},
    categories=("direction", "queue", "disposition"),
)
STATES = Stream(
    "agent_states",
    "pbx",
    at="started",
    moments=("started", "ended"),
    owner="extension",
    references={"extension": "users"},
    categories=("state",),
)
MAILINGS = Stream(
    "campaigns",
    "mailer",
    at="launched_at",
    key="campaign_id",
    moments=("launched_at",),
    categories=("segment",),
    stem="mailings",
)
EMAILS = Stream(
    "email_events",
    "mailer",
    at="ts",
    key="event_id",
    moments=("ts",),
    references={"campaign_id": "campaigns", "crm_id": "contacts"},
    categories=("type",),
    email="email",
)
SPEND = Stream(
    "marketing_spend",
    "marketing",
    at="Fecha",
    dates=("Fecha",),
    amounts=("Importe",),
    references={"Campaña": "campaigns"},
    categories=("Canal",),
)
SOCIAL = Stream(
    "social_interactions",
    "marketing",
    at="occurred_at",
    key="interaction_id",
    moments=("occurred_at",),
    references={"crm_contact": "contacts", "campaign": "campaigns"},
    categories=("network", "kind"),
)
ORDERS = Stream(
    "orders",
    "shop",
    at="ordered_at",
    key="order_id",
    moments=("ordered_at", "delivered_at", "updated_at"),
    owner="seller_id",
    references={
        "account_id": "accounts",
        "contact_id": "contacts",
        "deal_id": "deals",
        "seller_id": "users",
    },
    categories=("estado", "canal"),
    parts="order_lines",
    part_key="order_id",
)
LINES = Stream(
    "order_lines",
    "shop",
    amounts=("unit_price", "discount", "unit_cost"),
    references={"order_id": "orders", "sku": "products"},
)
INVOICES = Stream(
    "invoices",
    "billing",
    at="Fecha",
    key="Factura",
    dates=("Fecha",),
    amounts=("Total",),
    references={"Pedido": "orders"},
    categories=("Estado",),
)

STREAMS = (
    LEADS,
    DEALS,
    STAGES,
    ACTIVITIES,
    TASKS,
    CONTACTS,
    ACCOUNTS,
    SURVEYS,
    STAFF_COSTS,
    TARGETS,
    CALLS,
    STATES,
    MAILINGS,
    EMAILS,
    SPEND,
    SOCIAL,
    ORDERS,
    LINES,
    INVOICES,
)
BY_NAME = {stream.name: stream for stream in STREAMS if stream is not MAILINGS}
