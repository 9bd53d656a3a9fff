"""`embudo diff`: which figures move, where, by how much, and why."""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.cli.console import StepReporter, out, plain
from orchestration.cli.options import (
    DEFAULT_CONFIG,
    DEFAULT_HOME,
    ConfigOption,
    Format,
    FormatOption,
    HomeOption,
    Language,
    LanguageOption,
    Panel,
)
from orchestration.core.errors import QueryInvalid

if TYPE_CHECKING:
    from rich.table import Table

    from orchestration.operations.diff import Difference
    from semantic_layer.comparison import Move

PANEL = Panel.ANALYSTS

_SHOWN = 3
"""Periods of a metric in the table, those that move most; all of them where --metric names it."""

_WORDS = {
    "nothing": ("Nothing moves.", "Nada se mueve."),
    "definitions": ("Definitions", "Definiciones"),
    "tables": ("Rows", "Filas"),
    "figures": ("Figures that move", "Cifras que se mueven"),
    "no_figures": ("No figure moves.", "Ninguna cifra se mueve."),
    "added": ("added", "nueva"),
    "removed": ("removed", "quitada"),
    "changed": ("changed", "cambiada"),
    "metric": ("Metric", "Métrica"),
    "change": ("Change", "Cambio"),
    "table": ("Table", "Tabla"),
    "before": ("Before", "Antes"),
    "after": ("After", "Después"),
    "gone": ("Rows gone", "Filas que faltan"),
    "new": ("New rows", "Filas nuevas"),
    "columns": ("Columns", "Columnas"),
    "month": ("Month", "Mes"),
    "difference": ("Difference", "Diferencia"),
    "points": ("pp", "p. p."),
    "more": ("and {n} more: --metric {name} shows all", "y {n} más: --metric {name} las muestra"),
    "failures": ("Not compared", "Sin comparar"),
    "unbuilt": (
        "Edits that decide rows and are not built here: {what}. --rebuild builds them in a scratch copy.",
        "Cambios que deciden filas y no están construidos aquí: {what}. --rebuild los construye en una copia.",
    ),
    "settings": (
        "The settings differ from those of the release: only a refresh shows what that moves.",
        "La configuración no es la de la versión: solo un refresh muestra qué mueve.",
    ),
}

_Older = Annotated[
    str | None, typer.Argument(metavar="[R1]", help="A release. Default: the current one.")
]
_Newer = Annotated[
    str | None, typer.Argument(metavar="[R2]", help="A later release. Default: the current one.")
]
_Rebuild = Annotated[
    bool,
    typer.Option(
        "--rebuild", help="First build edited models and seeds in a scratch copy of the release."
    ),
]
_Metric = Annotated[
    list[str] | None, typer.Option("--metric", help="Only this metric; can be repeated.")
]
_Since = Annotated[
    datetime | None,
    typer.Option("--since", formats=["%Y-%m-%d", "%Y-%m"], help="Only months from this one on."),
]
_By = Annotated[str, typer.Option("--by", help="A dimension to split by, e.g. rep__team.")]


def diff(
    old: _Older = None,
    new: _Newer = None,
    rebuild: _Rebuild = False,
    metric: _Metric = None,
    since: _Since = None,
    by: _By = "",
    output: FormatOption = Format.table,
    lang: LanguageOption = Language.en,
    config: ConfigOption = DEFAULT_CONFIG,
    home: HomeOption = DEFAULT_HOME,
) -> None:
    """Show which figures move between two releases, or between the current release and your edits.

    Without a release: the working tree's metric definitions on the current release's tables, which takes
    seconds. With `--rebuild`, edited models and seeds and everything that reads them are built in a scratch copy
    too; nothing is published and no refresh has to wait. Figures are compared by month.

    Examples:

    `embudo diff`

    `embudo diff --rebuild --metric weighted_pipeline_value --by rep__team`

    `embudo diff 20260630T050000Z-1a2b3c4d --since 2026-01`
    """
    from orchestration.operations.diff import Selection, between_releases, of_working_tree
    from orchestration.refresh.workspace import Workspace
    from orchestration.settings import Home

    selection = Selection(metrics=tuple(metric or ()), since=since.date() if since else None, by=by)
    if old is not None:
        if rebuild:
            raise QueryInvalid(
                "`--rebuild` builds the working tree's edits, so it takes no release; leave one of the two out."
            )
        difference = between_releases(Home.at(home), old, new, selection)
    else:
        workspace = Workspace.open(config=config, home=home, inbox=None)
        with StepReporter() as report:
            difference = of_working_tree(workspace, selection, rebuild=rebuild, report=report)
    if output is Format.json:
        typer.echo(_as_json(difference))
    elif output is Format.csv:
        typer.echo(_as_csv(difference), nl=False)
    else:
        _print(difference, lang, all_months=bool(metric))


def _as_json(difference: Difference) -> str:
    metrics = difference.metrics
    payload = {
        "old": difference.old,
        "new": difference.new,
        "nothing_moves": difference.is_empty,
        "built": difference.built,
        "unbuilt": difference.unbuilt,
        "definitions": [vars(change) for change in metrics.definitions],
        "tables": [vars(change) for change in difference.tables],
        "moves": [_row(move) for move in metrics.moves],
        "not_compared": dict(metrics.failures),
    }
    return json.dumps(payload, ensure_ascii=False, allow_nan=False, indent=2, default=str)


def _as_csv(difference: Difference) -> str:
    from semantic_layer.rendering import csv_cell

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("metric", "period_start", "key", "old", "new", "difference", "share"))
    for move in difference.metrics.moves:
        writer.writerow([csv_cell(value) for value in _row(move).values()])
    return text.getvalue()


def _row(move: Move) -> dict[str, object]:
    return {
        "metric": move.metric,
        "period_start": move.period_start,
        "key": move.key,
        "old": move.old,
        "new": move.new,
        "difference": move.difference,
        "share": move.share,
    }


def _print(difference: Difference, lang: Language, *, all_months: bool) -> None:
    def word(key: str) -> str:
        return _WORDS[key][lang is Language.es]

    out.print(f"[bold]{difference.old}[/bold] → [bold]{difference.new}[/bold]")
    if difference.is_empty:
        out.print(word("nothing"))
        return
    unbuilt = [name for name in difference.unbuilt if name != "settings"]
    if difference.metrics.definitions:
        table = _table(word("definitions"), (word("metric"), word("change"), ""))
        for change in difference.metrics.definitions:
            table.add_row(change.metric, word(change.change), ", ".join(change.fields))
        out.print(table)
    if difference.tables:
        table = _table(
            word("tables"), (word("table"), word("columns")), word("before"), word("after"),
            word("gone"), word("new"),
        )  # fmt: skip
        for table_change in difference.tables:
            columns = [f"-{name}" for name in table_change.columns_gone]
            columns += [f"+{name}" for name in table_change.columns_new]
            table.add_row(
                table_change.table,
                " ".join(columns),
                *(
                    "–" if count is None else f"{count:,}"
                    for count in (
                        table_change.rows_before,
                        table_change.rows_after,
                        table_change.only_before,
                        table_change.only_after,
                    )
                ),
            )
        out.print(table)
    if difference.metrics.moves:
        _print_moves(difference, lang, all_months=all_months)
    elif not unbuilt:
        out.print(word("no_figures"))
    for name, reason in sorted(difference.metrics.failures.items()):
        out.print(f"[yellow]{word('failures')}[/yellow] {name}: {plain(reason)}")
    if unbuilt:
        out.print(f"[yellow]{word('unbuilt').format(what=', '.join(unbuilt))}[/yellow]")
    if "settings" in difference.unbuilt:
        out.print(f"[yellow]{word('settings')}[/yellow]")


def _print_moves(difference: Difference, lang: Language, *, all_months: bool) -> None:
    from semantic_layer import rendering
    from semantic_layer.results import ResultColumn

    share = ResultColumn(name="share", kind="metric", label="", unit="percent")
    words = {key: pair[lang is Language.es] for key, pair in _WORDS.items()}
    by_metric: dict[str, list[Move]] = defaultdict(list)
    for move in difference.metrics.moves:
        by_metric[move.metric].append(move)
    cut = any(move.key is not None for move in difference.metrics.moves)
    table = _table(
        words["figures"], (words["metric"], words["month"], *(("",) if cut else ())),
        words["before"], words["after"], words["difference"], "%",
    )  # fmt: skip
    for name, moves in sorted(by_metric.items()):
        metric = difference.catalogue[name]
        column = ResultColumn(name=name, kind="metric", label=metric.label, unit=metric.unit)
        for number, move in enumerate(moves if all_months else _largest(moves)):
            table.add_row(
                name if number == 0 else "",
                _month(move.period_start),
                *((plain(move.key or "–"),) if cut else ()),
                *(
                    rendering.text(value, column, lang=lang.value, currency=difference.currency)
                    for value in (move.old, move.new)
                ),
                # Between two shares of 1 lie percentage points; the last column is the share of the old one.
                rendering.text(
                    move.difference, column, lang=lang.value, currency=difference.currency
                ).replace("%", words["points"]),
                rendering.text(move.share, share, lang=lang.value),
            )
        if not all_months and len(moves) > _SHOWN:
            more = words["more"].format(n=len(moves) - _SHOWN, name=name)
            table.add_row("", f"[dim]{more}[/dim]")
    out.print(table)


def _largest(moves: list[Move]) -> Iterator[Move]:
    """Those that move most, in the order of time."""
    ranked = sorted(moves, key=lambda m: abs(m.difference or float("inf")), reverse=True)[:_SHOWN]
    yield from sorted(ranked, key=lambda m: (m.period_start, m.key or ""))


def _month(day: date) -> str:
    return f"{day:%Y-%m}"


def _table(title: str, left: tuple[str, ...], *right: str) -> Table:
    from rich.table import Table

    table = Table(title=title, title_justify="left", header_style="bold")
    for heading in left:
        table.add_column(heading, overflow="fold")
    for heading in right:
        table.add_column(heading, justify="right", no_wrap=True)
    return table
