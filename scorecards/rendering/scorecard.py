"""A scorecard as a table for a terminal.

Nothing is computed here but the change that a cell shows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from scorecards.rendering.words import word
from scorecards.views import ScorecardView
from semantic_layer.period_names import period_name
from semantic_layer.rendering import FittedTable, text, trust_text
from semantic_layer.results import ResultColumn
from semantic_layer.translation import Language

if TYPE_CHECKING:
    from rich.console import Group
    from rich.text import Text

_COLUMNS = (
    "metric", "period", "value", "target", "status", "previous", "last_year", "benchmark",
)  # fmt: skip
_STATUS_STYLES = {"on_track": "green", "watch": "yellow", "off_track": "bold red"}


def scorecard_table(view: ScorecardView, *, lang: Language = "en") -> Group:
    """One row per metric: period, value, target, status, change, benchmark; and the trust."""
    from rich.console import Group
    from rich.text import Text

    name = word(view.subject.name, lang)
    table = FittedTable(f"{view.role.value} · {name}")
    for column in _COLUMNS:
        left = column in ("metric", "period", "status")
        table.add_column(
            word(column, lang),
            justify="left" if left else "right",
            no_wrap=column != "metric",
        )
    family = view.rows[0]["family"]
    for row in view.rows:
        if row["family"] != family:
            table.add_section()
            family = row["family"]
        shown = _Row(row, lang=lang, currency=view.currency)
        table.add_row(
            Text(str(row["label_es"] if lang == "es" else row["label"])),
            shown.period(),
            shown.figure("value"),
            shown.figure("target_with_growth"),
            shown.status(),
            shown.change("previous_value"),
            shown.change("same_period_last_year"),
            shown.benchmark(),
        )
    foot = [Text(trust_text(view.trust, lang=lang), style="dim")]
    if view.missing:
        foot.insert(0, Text(f"{view.missing} {word('missing', lang)}.", style="dim"))
    return Group(table, *foot)


class _Row:
    """The cells of one row."""

    def __init__(self, row: Mapping[str, Any], *, lang: Language, currency: str) -> None:
        self._row = row
        self._lang: Language = lang
        self._currency = currency
        self._column = ResultColumn(
            name="value", kind="metric", label="", unit=row["unit"], better=row["better"]
        )

    def figure(self, name: str) -> str:
        return self._text(self._row[name])

    def period(self) -> str:
        period = period_name(self._row["grain"], self._row["period_start"])
        return period if self._row["is_complete"] else f"{period} {word('so_far', self._lang)}"

    def status(self) -> Text:
        from rich.text import Text

        status = self._row["status"]
        style = _STATUS_STYLES.get(status, "dim")
        share = self._row["attainment"]
        attained = "" if share is None else f" {share * 100:.0f} %"
        return Text(f"{word(status, self._lang)}{attained}" if status else "–", style=style)

    def change(self, name: str) -> Text:
        """Compared with another period: in points for shares, else in percent of that period."""
        from rich.text import Text

        now, then = self._row["value"], self._row[name]
        if now is None or then is None:
            return Text("–", style="dim")
        if self._row["unit"] == "percent":
            change = f"{(now - then) * 100:+.2f} pp"
        elif then == 0:
            return Text(f"({self._text(then)})", style="dim")
        else:
            change = f"{(now - then) / abs(then) * 100:+.1f} %"
        if self._lang == "es":
            change = change.replace(".", ",")
        better = (now > then) == (self._row["better"] != "down")
        return Text(change, style="" if now == then else "green" if better else "red")

    def benchmark(self) -> str:
        low, typical, high = (self._row[f"benchmark_{end}"] for end in ("low", "typical", "high"))
        if typical is None:
            return "–"
        if low is None or high is None:
            return self._text(typical)
        return f"{self._text(low)} – {self._text(high)}"

    def _text(self, value: object) -> str:
        return text(value, self._column, lang=self._lang, currency=self._currency)
