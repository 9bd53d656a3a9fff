"""How far an answer can be trusted, as one line for people and as plain data for programs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from semantic_layer.labels import Language
from semantic_layer.records import Trust

_WORDS: dict[str, dict[Language, str]] = {
    "release": {"en": "Release", "es": "Versión"},
    "as_of": {"en": "data as of", "es": "datos hasta"},
    "verdict": {"en": "gate", "es": "control"},
    "draft": {"en": "draft definitions", "es": "definiciones en borrador"},
    "pass": {"en": "passed", "es": "superado"},
    "warn": {"en": "passed with warnings", "es": "superado con avisos"},
    "fail": {"en": "failed", "es": "no superado"},
    "accepted": {"en": "accepted by hand", "es": "aceptado a mano"},
    "loads": {"en": "last loads", "es": "últimas cargas"},
}


def trust_line(trust: Trust, *, lang: Language = "en") -> str:
    """One line: release, data-as-of, verdict and the last load of each stream (UTC)."""
    parts = [f"{_WORDS['release'][lang]} {trust.release_id}"]
    if trust.as_of:
        parts.append(f"{_WORDS['as_of'][lang]} {_minute(trust.as_of)} UTC")
    words = _WORDS.get(trust.verdict)
    parts.append(f"{_WORDS['verdict'][lang]} {words[lang] if words else trust.verdict}")
    if trust.draft:
        parts.append(_WORDS["draft"][lang])
    if trust.accepted:
        waived = "; ".join(f"{check} ({why})" for check, why in trust.accepted.items())
        parts.append(f"{_WORDS['accepted'][lang]}: {waived}")
    loads = [f"{name} {_minute(at)}" for name, at in trust.streams.items() if at]
    if loads:
        parts.append(f"{_WORDS['loads'][lang]}: {', '.join(loads)}")
    return " · ".join(parts)


def _minute(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M")


def trust_dict(trust: Trust) -> Mapping[str, object]:
    """A trust as plain data; times in ISO form, UTC."""
    return {
        "release_id": trust.release_id,
        "as_of": _iso(trust.as_of),
        "verdict": trust.verdict,
        "published_at": _iso(trust.published_at),
        "draft": trust.draft,
        "accepted": dict(trust.accepted),
        "streams": {name: _iso(at) for name, at in trust.streams.items()},
    }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat().replace("+00:00", "Z") if at else None
