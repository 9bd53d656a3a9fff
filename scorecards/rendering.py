"""A scorecard and alerts made readable: tables for people, CSV for spreadsheets, JSON for programs.

Only the tables round, colour and translate. Nothing is chosen or computed here but the change that a
cell shows.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from scorecards.columns import tables
from scorecards.periods import written
from semantic_layer.labels import Language
from semantic_layer.rendering import csv_cell, narrow_table, text, trust_dict, trust_line
from semantic_layer.results import ResultColumn

if TYPE_CHECKING:
    from rich.console import Group
    from rich.text import Text

    from scorecards.views import AlertsView, ScorecardView

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
_LEFT_OUT: tuple[tuple[int, tuple[str, ...]], ...] = (
    (150, ()),
    (125, ("benchmark",)),
    (100, ("period", "last_year", "benchmark")),
    (0, ("period", "target", "last_year", "benchmark")),
)
"""From so many columns of the terminal: what a scorecard does not show."""

_ADVISED = 130
"""Columns of the terminal from which alerts show what to do."""

_STATUS_STYLES = {"on_track": "green", "watch": "yellow", "off_track": "bold red"}
_SEVERITY_STYLES = {"critical": "bold red", "warning": "yellow", "info": "dim"}


def scorecard_table(view: ScorecardView, *, lang: Language = "en", width: int) -> Group:
    """One row a metric: value, target, status, change, benchmark; and the trust line.

    Where `width`, in columns of the terminal, is narrow, the columns that matter least are left out.
    """
    from rich.console import Group
    from rich.text import Text

    name = _word(view.subject.name, lang)
    table = narrow_table(f"{view.role.value} · {name}")
    columns = (
        "metric",
        "period",
        "value",
        "target",
        "status",
        "previous",
        "last_year",
        "benchmark",
    )
    left_out = next(names for wide, names in _LEFT_OUT if width >= wide)
    for column in columns:
        if column in left_out:
            continue
        left = column in ("metric", "period", "status")
        table.add_column(
            _word(column, lang),
            justify="left" if left else "right",
            no_wrap=column != "metric",
        )
    family = view.rows[0]["family"]
    for row in view.rows:
        if row["family"] != family:
            table.add_section()
            family = row["family"]
        shown = _Shown(row, lang=lang, currency=view.currency)
        cells: tuple[Text | str, ...] = (
            Text(str(row["label_es"] if lang == "es" else row["label"])),
            shown.period(),
            shown.figure("value"),
            shown.figure("target_with_growth"),
            shown.status(),
            shown.change("previous_value"),
            shown.change("same_period_last_year"),
            shown.benchmark(),
        )
        table.add_row(
            *(cell for name, cell in zip(columns, cells, strict=True) if name not in left_out)
        )
    foot = [Text(trust_line(view.trust, lang=lang), style="dim")]
    if view.missing:
        foot.insert(0, Text(f"{view.missing} {_word('missing', lang)}.", style="dim"))
    return Group(table, *foot)


class _Shown:
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
        period = written(self._row["grain"], self._row["period_start"])
        return period if self._row["is_complete"] else f"{period} {_word('so_far', self._lang)}"

    def status(self) -> Text:
        from rich.text import Text

        status = self._row["status"]
        style = _STATUS_STYLES.get(status, "dim")
        share = self._row["attainment"]
        told = "" if share is None else f" {share * 100:.0f} %"
        return Text(f"{_word(status, self._lang)}{told}" if status else "–", style=style)

    def change(self, name: str) -> Text:
        """Against another period: in points for shares, else in percent of that period."""
        from rich.text import Text

        now, then = self._row["value"], self._row[name]
        if now is None or then is None:
            return Text("–", style="dim")
        if self._row["unit"] == "percent":
            told = f"{(now - then) * 100:+.2f} {_word('points', self._lang)}"
        elif then == 0:
            return Text(f"({self._text(then)})", style="dim")
        else:
            told = f"{(now - then) / abs(then) * 100:+.1f} %"
        if self._lang == "es":
            told = told.replace(".", ",")
        better = (now > then) == (self._row["better"] != "down")
        return Text(told, style="" if now == then else "green" if better else "red")

    def benchmark(self) -> str:
        low, typical, high = (self._row[f"benchmark_{end}"] for end in ("low", "typical", "high"))
        if typical is None:
            return "–"
        if low is None or high is None:
            return self._text(typical)
        return f"{self._text(low)} – {self._text(high)}"

    def _text(self, value: object) -> str:
        return text(value, self._column, lang=self._lang, currency=self._currency)


def alerts_table(view: AlertsView, *, limit: int, lang: Language = "en", width: int) -> Group:
    """The first `limit` alerts, and how many more there are; without advice where `width` is narrow."""
    from rich.console import Group
    from rich.text import Text

    trust = Text(trust_line(view.trust, lang=lang), style="dim")
    if not view.rows:
        return Group(Text(_word("none", lang)), trust)
    table = narrow_table()
    is_narrow = width < _ADVISED
    for column in ("severity", "what", "who", "about", "since", "much", "do")[
        : -1 if is_narrow else None
    ]:
        table.add_column(
            _word(column, lang),
            justify="right" if column == "much" else "left",
            no_wrap=column not in ("what", "who", "do"),
            overflow="fold",
        )
    ending = "_es" if lang == "es" else ""
    for row in view.rows[:limit]:
        since = row["since_at"]
        table.add_row(
            Text(_word(row["severity"], lang), style=_SEVERITY_STYLES.get(row["severity"], "")),
            Text(str(row[f"what{ending}"])),
            Text(_word(str(row["scope_name"]), lang)),
            Text(str(row["subject_key"])),
            f"{since:%Y-%m-%d}{'' if is_narrow else f' {since:%H:%M}'}" if since else "–",
            _against(row, lang),
            *(() if is_narrow else (Text(str(row[f"what_to_do{ending}"])),)),
        )
    more = len(view.rows) - limit
    told = [Text(f"{more} {_word('more', lang)}.", style="dim")] if more > 0 else []
    return Group(table, *told, trust)


def _against(row: Mapping[str, Any], lang: Language) -> str:
    """What it is by now, and the threshold that it is past."""
    numbers = [
        "–" if row[name] is None else f"{row[name]:,.2f}".rstrip("0").rstrip(".")
        for name in ("value", "threshold")
    ]
    if lang == "es":
        numbers = [number.translate(str.maketrans(",.", ".,")) for number in numbers]
    unit = "" if row["unit"] == "ratio" else f" {_word(row['unit'], lang)}"
    return f"{numbers[0]} / {numbers[1]}{unit}"


def scorecard_csv(view: ScorecardView) -> str:
    """All columns, every digit; a text that a spreadsheet would run gets a `'`."""
    return _csv(view.rows, list(tables()["scorecard"].columns))


def alerts_csv(view: AlertsView) -> str:
    """All columns, every digit; a text that a spreadsheet would run gets a `'`."""
    return _csv(view.rows, list(tables()["alerts"].columns))


def scorecard_json(view: ScorecardView) -> str:
    """`role`, `subject`, `rows` (objects by column name), `trust`."""
    subject = {"scope": view.subject.scope, "key": view.subject.key, "name": view.subject.name}
    return _json({"role": view.role.value, "subject": subject, "rows": view.rows}, view)


def alerts_json(view: AlertsView) -> str:
    """`rows` (objects by column name) and `trust`."""
    return _json({"rows": view.rows}, view)


def _csv(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([csv_cell(_plain(row[column])) for column in columns])
    return out.getvalue()


def _json(payload: Mapping[str, Any], view: ScorecardView | AlertsView) -> str:
    rows = [{name: _plain(value) for name, value in row.items()} for row in payload["rows"]]
    whole = {**payload, "rows": rows, "trust": trust_dict(view.trust)}
    return json.dumps(whole, ensure_ascii=False, allow_nan=False, indent=2)


def _plain(value: object) -> object:
    """Plain data: times in ISO form, decimals as numbers."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, datetime):
        return f"{value.isoformat()}Z"
    return value.isoformat() if isinstance(value, date) else value


def _word(name: str, lang: Language) -> str:
    return _WORDS[name][lang] if name in _WORDS else name
