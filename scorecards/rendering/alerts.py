"""Alerts as a table for a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from scorecards.rendering.words import word
from scorecards.views import AlertsView
from semantic_layer.rendering import FittedTable, trust_text
from semantic_layer.translation import Language

if TYPE_CHECKING:
    from rich.console import Group

_SEVERITY_STYLES = {"critical": "bold red", "warning": "yellow", "info": "dim"}


def alerts_table(view: AlertsView, *, limit: int, lang: Language = "en") -> Group:
    """The first `limit` alerts, and how many more there are."""
    from rich.console import Group
    from rich.text import Text

    trust = Text(trust_text(view.trust, lang=lang), style="dim")
    if not view.rows:
        return Group(Text(word("none", lang)), trust)
    table = FittedTable()
    for column in ("severity", "what", "who", "about", "since", "much", "do"):
        table.add_column(
            word(column, lang),
            justify="right" if column == "much" else "left",
            no_wrap=column not in ("what", "who", "do"),
        )
    ending = "_es" if lang == "es" else ""
    for row in view.rows[:limit]:
        since = row["since_at"]
        table.add_row(
            Text(word(row["severity"], lang), style=_SEVERITY_STYLES.get(row["severity"], "")),
            Text(str(row[f"what{ending}"])),
            Text(word(str(row["scope_name"]), lang)),
            Text(str(row["subject_key"])),
            f"{since:%Y-%m-%d %H:%M}" if since else "–",
            _value_and_limit(row, lang),
            Text(str(row[f"what_to_do{ending}"])),
        )
    more = len(view.rows) - limit
    rest = [Text(f"{more} {word('more', lang)}.", style="dim")] if more > 0 else []
    return Group(table, *rest, trust)


def _value_and_limit(row: Mapping[str, Any], lang: Language) -> str:
    """The current value, and the threshold that it exceeds."""
    numbers = [
        "–" if row[name] is None else f"{row[name]:,.2f}".rstrip("0").rstrip(".")
        for name in ("value", "threshold")
    ]
    if lang == "es":
        numbers = [number.translate(str.maketrans(",.", ".,")) for number in numbers]
    unit = "" if row["unit"] == "ratio" else f" {word(row['unit'], lang)}"
    return f"{numbers[0]} / {numbers[1]}{unit}"
