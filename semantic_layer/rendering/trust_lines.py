"""How far an answer can be trusted, as a line or two for people and as plain data for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from orchestration.core.records import ReleaseWarning
from semantic_layer.records import Trust
from semantic_layer.translation import N_, Language, translate

_TEXTS = {
    "release": N_("Release"),
    "as_of": N_("data as of"),
    "verdict": N_("gate"),
    "draft": N_("draft definitions"),
    "pass": N_("passed"),
    "warn": N_("passed with warnings"),
    "fail": N_("failed"),
    "accepted": N_("accepted by hand"),
    "loads": N_("last loads"),
    "warnings": N_(
        "Warnings about what is behind these figures ({n}): {names}. --format json has what each found."
    ),
    "more": N_("{n} more"),
    "excepted": N_("Excepted by the settings"),
}

_NAMED = 4
"""Warnings that a footer names; the others are counted."""


def trust_text(trust: Trust, *, lang: Language = "en") -> str:
    """The trust line, and below it the warnings and exceptions where there are any."""
    lines = (
        trust_line(trust, lang=lang),
        warnings_line(trust.open_warnings, lang=lang),
        _exceptions_line(trust.excepted, lang),
    )
    return "\n".join(filter(None, lines))


def _exceptions_line(excepted: Sequence[ReleaseWarning], lang: Language) -> str:
    names = [f"{warning.title} ({warning.exception})" for warning in excepted]
    return f"{_text('excepted', lang)}: {'; '.join(names)}" if names else ""


def warnings_line(warnings: Sequence[ReleaseWarning], *, lang: Language = "en") -> str:
    """How many warnings, and the names of the first; empty where there are none."""
    titles = list(dict.fromkeys(warning.title for warning in warnings))
    if not titles:
        return ""
    names = titles[:_NAMED]
    if len(titles) > _NAMED:
        names.append(_text("more", lang).format(n=len(titles) - _NAMED))
    return _text("warnings", lang).format(n=len(titles), names="; ".join(names))


def trust_line(trust: Trust, *, lang: Language = "en") -> str:
    """One line: release, data-as-of, verdict and the last load of each stream (UTC)."""
    parts = [f"{_text('release', lang)} {trust.release_id}"]
    if trust.as_of:
        parts.append(f"{_text('as_of', lang)} {_minute(trust.as_of)} UTC")
    parts.append(f"{_text('verdict', lang)} {_text(trust.verdict, lang)}")
    if trust.draft:
        parts.append(_text("draft", lang))
    if trust.accepted:
        waived = "; ".join(f"{check} ({why})" for check, why in trust.accepted.items())
        parts.append(f"{_text('accepted', lang)}: {waived}")
    loads = [f"{name} {_minute(at)}" for name, at in trust.streams.items() if at]
    if loads:
        parts.append(f"{_text('loads', lang)}: {', '.join(loads)}")
    return " · ".join(parts)


def _text(name: str, lang: Language) -> str:
    return translate(_TEXTS[name], lang) if name in _TEXTS else name


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
        "warnings": [warning_dict(warning) for warning in trust.warnings],
    }


def warning_dict(warning: ReleaseWarning) -> Mapping[str, object]:
    """A warning as plain data: its fields, with `what_to_do` for its remedy."""
    fields = asdict(warning)
    fields["what_to_do"] = fields.pop("remedy")
    return fields


def _iso(at: datetime | None) -> str | None:
    return at.isoformat().replace("+00:00", "Z") if at else None
