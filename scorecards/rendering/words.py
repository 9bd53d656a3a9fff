"""Words of scorecards and alerts; Spanish is in the catalogue of `semantic_layer.translation`."""

from __future__ import annotations

from semantic_layer.translation import N_, Language, translate

_TEXTS = {
    "metric": N_("Metric"),
    "period": N_("Period"),
    "value": N_("Value"),
    "target": N_("Target"),
    "status": N_("Status"),
    "previous": N_("vs before"),
    "last_year": N_("vs year before"),
    "benchmark": N_("Benchmark"),
    "on_track": N_("on track"),
    "watch": N_("watch"),
    "off_track": N_("off track"),
    "no_target": N_("no target"),
    "so_far": N_("so far"),
    "missing": N_("more have no figure here"),
    "company": N_("company"),
    "severity": N_("Severity"),
    "critical": N_("critical"),
    "warning": N_("warning"),
    "info": N_("info"),
    "what": N_("What"),
    "who": N_("Who"),
    "about": N_("About"),
    "since": N_("Since (UTC)"),
    "much": N_("Now / limit"),
    "do": N_("What to do"),
    "none": N_("No alerts."),
    "more": N_("more; --format csv has them all"),
    "days": N_("days"),
    "hours": "h",
}


def word(name: str, lang: Language) -> str:
    """The text of a name as a reader of a language reads it; a name that is not listed stays as it is."""
    return translate(_TEXTS[name], lang) if name in _TEXTS else name
