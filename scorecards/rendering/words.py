"""Words of scorecards and alerts, in English and Spanish."""

from __future__ import annotations

from collections.abc import Mapping

from semantic_layer.labels import Language

_WORDS: Mapping[str, Mapping[Language, str]] = {
    "metric": {"en": "Metric", "es": "Métrica"},
    "period": {"en": "Period", "es": "Periodo"},
    "value": {"en": "Value", "es": "Valor"},
    "target": {"en": "Target", "es": "Objetivo"},
    "status": {"en": "Status", "es": "Estado"},
    "previous": {"en": "vs before", "es": "vs anterior"},
    "last_year": {"en": "vs year before", "es": "vs año anterior"},
    "benchmark": {"en": "Benchmark", "es": "Referencia"},
    "on_track": {"en": "on track", "es": "en objetivo"},
    "watch": {"en": "watch", "es": "atención"},
    "off_track": {"en": "off track", "es": "fuera de objetivo"},
    "no_target": {"en": "no target", "es": "sin objetivo"},
    "points": {"en": "pp", "es": "pp"},
    "so_far": {"en": "so far", "es": "en curso"},
    "missing": {"en": "more have no figure here", "es": "más no tienen cifra aquí"},
    "company": {"en": "company", "es": "empresa"},
    "severity": {"en": "Severity", "es": "Gravedad"},
    "critical": {"en": "critical", "es": "crítica"},
    "warning": {"en": "warning", "es": "aviso"},
    "info": {"en": "info", "es": "información"},
    "what": {"en": "What", "es": "Qué"},
    "who": {"en": "Who", "es": "Quién"},
    "about": {"en": "About", "es": "Sobre"},
    "since": {"en": "Since (UTC)", "es": "Desde (UTC)"},
    "much": {"en": "Now / limit", "es": "Ahora / límite"},
    "do": {"en": "What to do", "es": "Qué hacer"},
    "none": {"en": "No alerts.", "es": "Sin alertas."},
    "more": {"en": "more; --format csv has them all", "es": "más; --format csv las tiene todas"},
    "days": {"en": "days", "es": "días"},
    "hours": {"en": "h", "es": "h"},
}


def word(name: str, lang: Language) -> str:
    """A word as a reader of a language reads it; one that is not listed stays as it is."""
    return _WORDS[name][lang] if name in _WORDS else name
