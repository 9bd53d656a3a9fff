"""What the command line prints: steps with a spinner, rows as JSON or CSV, and texts from outside made safe.

Everything a person reads goes to stderr or stdout through here; what a program reads (`--format json`,
`--format csv`) is printed alone on stdout. What to report belongs to the commands.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import typer
from rich.console import Console, ConsoleDimensions
from rich.markup import escape
from rich.status import Status

from orchestration.cli.options import Format, Language

if TYPE_CHECKING:
    from semantic_layer.records import Trust

_UNLIMITED = 100_000
"""Columns of a pipe or a file: nothing is wrapped or left out there, unless COLUMNS sets a width."""


class _Console(Console):
    """A console as wide as its terminal, and without a limit where it is none."""

    @property
    def size(self) -> ConsoleDimensions:
        size = super().size
        columns = os.environ.get("COLUMNS", "")
        if columns.isdigit():
            return ConsoleDimensions(int(columns), size.height)
        if self.is_terminal:
            return size
        return ConsoleDimensions(_UNLIMITED, size.height)

    @size.setter
    def size(self, new_size: tuple[int, int]) -> None:
        self._width, self._height = new_size


out = _Console(highlight=False)
err = _Console(stderr=True, highlight=False)


def plain(text: object) -> str:
    """A text that came from outside (a file's name, a column, a value), for a line with markup.

    Brackets are escaped; characters that reverse a line or move the cursor become blanks.
    """
    printable = "".join(
        character if character.isprintable() or character == "\n" else " "
        for character in str(text)
    )
    return escape(printable)


def print_rows(rows: Sequence[Mapping[str, object]], output: Format) -> None:
    """Rows as JSON or CSV, and nothing else on stdout."""
    import csv
    import json
    import sys

    from semantic_layer.rendering import csv_cell

    if output is Format.json:
        typer.echo(json.dumps(rows, indent=2, default=str))
        return
    if rows:
        writer = csv.DictWriter(sys.stdout, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows({k: csv_cell(v) for k, v in row.items()} for row in rows)


def note_doubts(trust: Trust, lang: Language) -> None:
    """The trust of an answer on stderr, where a check behind it did not simply pass: CSV has no room for it."""
    from semantic_layer.rendering import trust_text

    if trust.accepted or trust.warnings:
        err.print(trust_text(trust, lang=lang.value), markup=False, soft_wrap=True)


@dataclass
class StepReporter:
    """Shows one line per step: a spinner with the last detail while it runs, then a tick with seconds.

    Where stderr is no terminal only the finished lines are printed. `seconds` keeps the wall time of each
    step, for the summary and the ledger.
    """

    console: Console = field(default_factory=lambda: err)
    seconds: dict[str, float] = field(default_factory=dict)
    _name: str | None = None
    _detail: str = ""
    _since: float = 0.0
    _status: Status | None = None

    def step(self, name: str) -> None:
        """Begin a named step; the previous one has succeeded."""
        self._finish("[green]✓[/green]")
        self._name, self._detail, self._since = name, "", time.monotonic()
        if self.console.is_terminal and "CI" not in os.environ:
            self._status = self.console.status(name)
            self._status.start()

    def detail(self, text: str) -> None:
        """Report a count or a fact about the current step; the last one stays on its line."""
        self._detail = plain(text)
        if self._status is not None:
            self._status.update(f"{self._name}  [dim]{self._detail}[/dim]")

    def __enter__(self) -> StepReporter:
        return self

    def __exit__(self, kind: type[BaseException] | None, *raised: object) -> None:
        self._finish("[green]✓[/green]" if kind is None else "[red]✗[/red]")

    def _finish(self, mark: str) -> None:
        if self._status is not None:
            self._status.stop()
            self._status = None
        if self._name is None:
            return
        elapsed = time.monotonic() - self._since
        self.seconds[self._name] = self.seconds.get(self._name, 0.0) + elapsed
        line = f"  {mark} {self._name:<24}{elapsed:6.1f} s  [dim]{self._detail}[/dim]"
        self.console.print(line.rstrip(), soft_wrap=True)
        self._name = None
