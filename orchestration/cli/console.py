"""How the command line talks: steps with a spinner, tables, and errors without tracebacks.

Everything a person reads goes to stderr or stdout through here; what a program reads (`--format json`,
`--format csv`) is printed alone on stdout. Deciding what to say belongs to the commands.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.status import Status

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

ConfigOption = Annotated[
    Path,
    typer.Option(
        "--config", envvar="EMBUDO_CONFIG", help="The company's settings.", show_default=True
    ),
]
HomeOption = Annotated[
    Path,
    typer.Option(
        "--home",
        envvar="EMBUDO_HOME",
        help="Where landing, releases and Dagster's state live.",
        show_default=True,
    ),
]
InboxOption = Annotated[
    Path | None,
    typer.Option("--inbox", envvar="EMBUDO_INBOX", help="The folder of the files to read."),
]

DEFAULT_CONFIG = Path("embudo.yml")
"""All commands take `--config`, so that one line of options does for all; those that read no settings as `_config`."""
DEFAULT_HOME = Path(".embudo")


def plain(text: object) -> str:
    """A text that came from outside, for a line with markup: names of files, columns, values.

    Brackets are no markup, and signs that turn a line around or move the cursor stand as blanks.
    """
    shown = "".join(sign if sign.isprintable() or sign == "\n" else " " for sign in str(text))
    return escape(shown)


@dataclass
class StepReporter:
    """Shows one line a step: a spinner with the last detail while it runs, then a tick with seconds.

    Where stderr is no terminal the finished lines alone are printed. `seconds` keeps the wall time of each
    step, for the summary and the ledger.
    """

    console: Console = field(default_factory=lambda: err)
    seconds: dict[str, float] = field(default_factory=dict)
    _name: str | None = None
    _detail: str = ""
    _since: float = 0.0
    _status: Status | None = None

    def step(self, name: str) -> None:
        """Begin a named step; the step before it ends well."""
        self._finish("[green]✓[/green]")
        self._name, self._detail, self._since = name, "", time.monotonic()
        if self.console.is_terminal and "CI" not in os.environ:
            self._status = self.console.status(name)
            self._status.start()

    def detail(self, text: str) -> None:
        """Say a count or a fact about the current step; the last one stays on its line."""
        self._detail = plain(text)
        if self._status is not None:
            self._status.update(f"{self._name}  [dim]{self._detail}[/dim]")

    def __enter__(self) -> StepReporter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
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
