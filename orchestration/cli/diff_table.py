"""The table of `embudo diff`."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from orchestration.cli import console, options
from semantic_layer import rendering
from semantic_layer.rendering import FittedTable
from semantic_layer.results import ResultColumn
from semantic_layer.translation import N_, translate

if TYPE_CHECKING:
    from orchestration.operations.diff import Difference
    from orchestration.operations.table_changes import TableChange
    from semantic_layer.comparison import Move

_SHOWN = 3
"""Periods of a metric in the table, those that move most; all of them where --metric names it."""

_TEXTS = {
    "nothing": N_("Nothing moves."),
    "definitions": N_("Definitions"),
    "tables": N_("Rows"),
    "figures": N_("Figures that move"),
    "no_figures": N_("No figure moves."),
    "added": N_("added"),
    "removed": N_("removed"),
    "changed": N_("changed"),
    "metric": N_("Metric"),
    "change": N_("Change"),
    "table": N_("Table"),
    "before": N_("Before"),
    "after": N_("After"),
    "gone": N_("Rows gone"),
    "new": N_("New rows"),
    "columns": N_("Columns"),
    "month": N_("Month"),
    "difference": N_("Difference"),
    "points": N_("pp"),
    "more": N_("{name}: {n} more, all of them with --metric {name}"),
    "failures": N_("Not compared"),
    "unbuilt": N_(
        "Edits that decide rows and are not built here: {what}. --rebuild builds them in a scratch copy."
    ),
    "settings": N_(
        "The settings differ from those of the release: only a refresh shows what that moves."
    ),
}


def print_difference(difference: Difference, lang: options.Language, *, all_months: bool) -> None:
    """Print what differs, and what was not compared.

    `all_months`: every month of a metric, not only those that move most.
    """
    words = {name: translate(text, lang.value) for name, text in _TEXTS.items()}
    console.out.print(f"[bold]{difference.old}[/bold] → [bold]{difference.new}[/bold]")
    if difference.is_empty:
        console.out.print(words["nothing"])
        return
    unbuilt = [name for name in difference.unbuilt if name != "settings"]
    if difference.metrics.definitions:
        table = _table(words["definitions"], (words["metric"], words["change"], ""))
        for change in difference.metrics.definitions:
            table.add_row(change.metric, words[change.change], ", ".join(change.fields))
        console.out.print(table)
    if difference.tables:
        console.out.print(_table_of_rows(difference.tables, words))
    if difference.metrics.moves:
        console.out.print(_table_of_moves(difference, lang, words, all_months=all_months))
        if not all_months:
            _print_what_is_left_out(difference.metrics.moves, words)
    elif not unbuilt:
        console.out.print(words["no_figures"])
    for name, reason in sorted(difference.metrics.failures.items()):
        console.out.print(f"[yellow]{words['failures']}[/yellow] {name}: {console.plain(reason)}")
    for release, warnings in difference.warnings.items():
        doubts = [warning for warning in warnings if warning.is_open]
        if line := rendering.warnings_line(doubts, lang=lang.value):
            console.out.print(f"[dim]{release}: {console.plain(line)}[/dim]")
    if unbuilt:
        console.out.print(f"[yellow]{words['unbuilt'].format(what=', '.join(unbuilt))}[/yellow]")
    if "settings" in difference.unbuilt:
        console.out.print(f"[yellow]{words['settings']}[/yellow]")


def _table_of_rows(changes: Sequence[TableChange], words: dict[str, str]) -> FittedTable:
    table = _table(
        words["tables"],
        (words["table"], words["columns"]),
        *(words[heading] for heading in ("before", "after", "gone", "new")),
    )
    for change in changes:
        columns = [f"-{name}" for name in change.columns_gone]
        columns += [f"+{name}" for name in change.columns_new]
        counts = (change.rows_before, change.rows_after, change.only_before, change.only_after)
        table.add_row(
            change.table,
            " ".join(columns),
            *("–" if count is None else f"{count:,}" for count in counts),
        )
    return table


def _table_of_moves(
    difference: Difference, lang: options.Language, words: dict[str, str], *, all_months: bool
) -> FittedTable:
    """Each metric by month, and by the key of the dimension where the figures are split."""
    by_metric: dict[str, list[Move]] = defaultdict(list)
    for move in difference.metrics.moves:
        by_metric[move.metric].append(move)
    is_split = any(move.key is not None for move in difference.metrics.moves)
    table = _table(
        words["figures"],
        (words["metric"], words["month"], *(("",) if is_split else ())),
        *(words[heading] for heading in ("before", "after", "difference")),
        "%",
    )
    for name, moves in sorted(by_metric.items()):
        metric = difference.catalogue[name]
        column = ResultColumn(name=name, kind="metric", label=metric.label, unit=metric.unit)
        for number, move in enumerate(moves if all_months else _largest(moves)):
            table.add_row(
                name if number == 0 else "",
                f"{move.period_start:%Y-%m}",
                *((console.plain(move.key or "–"),) if is_split else ()),
                *_figures(move, column, lang, words, currency=difference.currency),
            )
    return table


def _print_what_is_left_out(moves: Sequence[Move], words: dict[str, str]) -> None:
    for name, count in sorted(Counter(move.metric for move in moves).items()):
        if count > _SHOWN:
            console.out.print(f"[dim]{words['more'].format(n=count - _SHOWN, name=name)}[/dim]")


def _figures(
    move: Move,
    column: ResultColumn,
    lang: options.Language,
    words: dict[str, str],
    *,
    currency: str,
) -> Iterator[str]:
    """Before, after, the difference, and the difference as a share of before.

    A difference of two rates is in percentage points.
    """
    share = ResultColumn(name="share", kind="metric", label="", unit="percent")
    for value in (move.old, move.new):
        yield rendering.text(value, column, lang=lang.value, currency=currency)
    difference = rendering.text(
        move.difference, column, lang=lang.value, currency=currency, signed=True
    )
    yield difference.replace("%", words["points"])
    yield rendering.text(move.share, share, lang=lang.value, signed=True)


def _largest(moves: list[Move]) -> list[Move]:
    """Those that move most, in the order of time."""
    largest = sorted(moves, key=lambda m: abs(m.difference or float("inf")), reverse=True)[:_SHOWN]
    return sorted(largest, key=lambda m: (m.period_start, m.key or ""))


def _table(title: str, left: tuple[str, ...], *right: str) -> FittedTable:
    table = FittedTable(title, borders=True)
    for heading in left:
        table.add_column(heading)
    for heading in right:
        table.add_column(heading, justify="right", no_wrap=True)
    return table
