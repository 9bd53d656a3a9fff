"""`embudo quarantine`: rows that break their contract, listed or exported to be fixed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.cli import console, options

if TYPE_CHECKING:
    from orchestration.ingestion.quarantine import QuarantinedRow

PANEL = options.Panel.ENGINEERS


def quarantine(
    source: Annotated[str | None, typer.Option("--source", help="Only this source.")] = None,
    stream: Annotated[str | None, typer.Option("--stream", help="Only this stream.")] = None,
    export: Annotated[
        Path | None,
        typer.Option(
            "--export",
            help="Write the rows into this folder, to be fixed and dropped in the inbox again.",
        ),
    ] = None,
    limit: Annotated[
        int, typer.Option("--limit", min=1, help="Maximum number of rows to list.")
    ] = 50,
    raw: Annotated[
        bool, typer.Option("--raw", help="Show the rows themselves, including contact data.")
    ] = False,
    output: options.FormatOption = options.Format.table,
    _config: options.ConfigOption = options.DEFAULT_CONFIG,
    home: options.HomeOption = options.DEFAULT_HOME,
) -> None:
    """List the rows that break their contract: file, line, reason.

    Fix the file in the inbox and refresh, or `--export` the rows, fix those and drop them: each row counts once.
    """
    from orchestration.ingestion import quarantine as quarantined
    from orchestration.settings import Home

    company_home = Home.at(home)
    if export is not None:
        for path in quarantined.export(company_home, to=export, source=source, stream=stream):
            console.out.print(f"Wrote {console.plain(path)}", soft_wrap=True)
        return
    rows = quarantined.list_open(company_home, source=source, stream=stream, limit=limit)
    if output is not options.Format.table:
        console.print_rows([_row(row, raw=raw) for row in rows], output)
        return
    all_counts = quarantined.count_open(company_home)
    counts = {
        key: count
        for key, count in all_counts.items()
        if source in (None, key[0]) and stream in (None, key[1])
    }
    if not counts:
        console.out.print(_nothing(source, stream, all_counts), soft_wrap=True)
        return
    from semantic_layer.rendering import FittedTable

    table = FittedTable(f"{sum(counts.values()):,} row(s) in quarantine")
    for column in ("Stream", "File", "Line", "Reason", *(("Row",) if raw else ())):
        table.add_column(column)
    for row in rows:
        source_of, stream_of, *others = _row(row, raw=raw).values()
        table.add_row(*(console.plain(value) for value in (f"{source_of}.{stream_of}", *others)))
    console.out.print(table)
    if len(rows) < sum(counts.values()):
        console.out.print(
            f"These are the first {len(rows)}; --limit shows more, --source and --stream filter them."
        )


def _nothing(source: str | None, stream: str | None, counts: Mapping[tuple[str, str], int]) -> str:
    wanted = ".".join(name for name in (source, stream) if name)
    if not wanted or not counts:
        return "Nothing is in quarantine."
    others = ", ".join(f"{name}.{of} ({count:,})" for (name, of), count in counts.items())
    return console.plain(
        f"Nothing of {wanted} is in quarantine; rows of other streams are: {others}."
    )


def _row(row: QuarantinedRow, *, raw: bool) -> dict[str, object]:
    shown: dict[str, object] = {
        "source": row.source,
        "stream": row.stream,
        "file": row.file,
        "line": row.line,
        "reason": row.reason,
    }
    return shown | ({"raw": row.raw} if raw else {})
