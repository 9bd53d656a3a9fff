"""The few words around metrics, in English and Spanish: headings, units, cadences, roles.

Labels of metrics and dimensions come from their YAML and do not belong here.
"""

from __future__ import annotations

from typing import Literal

Language = Literal["en", "es"]

_HEADINGS = {
    "family": "Familia", "metric": "Métrica", "label": "Nombre", "kind": "Tipo", "unit": "Unidad",
    "better": "Mejor", "cadence": "Cadencia", "means": "Qué significa", "formula": "Fórmula",
    "made_of": "Se compone de", "roles": "La miran", "owner": "Responsable", "objective": "Objetivo",
    "action": "Qué hacer", "by": "Por", "grains": "Granos", "marts": "Tablas", "through": "A través de",
    "streams": "Fuentes", "seeds": "Semillas", "last": "Último valor", "value": "Valor",
    # the six A's
    "aligned": "Alineada", "attainable": "Alcanzable", "acute": "Aguda", "accurate": "Exacta",
    "actionable": "Accionable", "alive": "Viva", "missing": "Qué falta",
}  # fmt: skip
_SPANISH = {
    "is_better": "es mejor", "and_far": "y {n} más lejanas",
    "in_period": "{value} ({grain} de {day}; antes {before})",
    # kinds and units
    "simple": "simple", "ratio": "razón", "derived": "derivada", "cumulative": "acumulada",
    "conversion": "conversión", "count": "número", "currency": "moneda", "percent": "porcentaje",
    "currency per day": "moneda por día", "days": "días", "hours": "horas", "seconds": "segundos",
    "score": "puntos",
    # cadences and grains
    "daily": "diaria", "weekly": "semanal", "monthly": "mensual", "quarterly": "trimestral",
    "yearly": "anual", "day": "día", "week": "semana", "month": "mes", "quarter": "trimestre",
    "year": "año",
    # roles and families
    "rep": "representante", "manager": "gerente", "director": "director", "revenue": "ingresos",
    "pipeline": "oportunidades", "leads": "prospectos", "activity": "actividad",
    "productivity": "productividad", "email": "correo", "social": "redes sociales",
    "marketing_return": "retorno de marketing", "customers": "clientes",
    "data_trust": "confianza en los datos",
    # objectives
    "grow_revenue": "crecer en ingresos", "protect_margin": "cuidar el margen",
    "win_more_deals": "ganar más ventas", "fill_pipeline": "llenar el embudo",
    "answer_customers": "atender a tiempo", "keep_customers": "conservar a los clientes",
    "use_time_well": "aprovechar el tiempo", "spend_well": "gastar bien",
    "trust_data": "fiarse de los datos",
}  # fmt: skip
_ENGLISH = {
    "means": "What it means", "made_of": "Made of", "roles": "Watched by", "action": "What to do",
    "last": "Last value", "is_better": "is better", "and_far": "and {n} further away",
    "in_period": "{value} in the {grain} of {day} (before it {before})",
    "missing": "What is missing",
}  # fmt: skip


def word(name: str, lang: Language = "en") -> str:
    """A word of ours as a reader of a language reads it; one that is not known stays as it is."""
    if lang == "es":
        return _HEADINGS.get(name) or _SPANISH.get(name, name)
    return _ENGLISH.get(name) or (name.capitalize() if name in _HEADINGS else name)
