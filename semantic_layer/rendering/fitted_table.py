"""A table that fits its console: no column and no digit is lost, however narrow the terminal is.

Columns that do not fit are written below their row, each with its heading. Which columns a table has belongs
to the caller.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from rich import box
from rich.cells import cell_len
from rich.measure import Measurement
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderableType, RenderResult

_NARROWEST_TEXT = 16
"""Characters; a text that may wrap is not squeezed into fewer."""


@dataclass(frozen=True, kw_only=True)
class _Column:
    heading: Text
    right: bool
    no_wrap: bool


@dataclass(frozen=True, kw_only=True)
class _Row:
    cells: tuple[Text, ...]
    ends_section: bool = False


class FittedTable:
    """Columns and rows as `rich.table.Table` takes them, measured when they are printed.

    `otherwise` is printed in the place of a table whose columns do not fit side by side; without it the
    columns at the end are written below each row.
    """

    def __init__(
        self,
        title: str | None = None,
        *,
        borders: bool = False,
        row_styles: Sequence[str] = ("",),
        otherwise: RenderableType | None = None,
    ) -> None:
        self._title = title
        self._borders = borders
        self._row_styles = row_styles
        self._otherwise = otherwise
        self._columns: list[_Column] = []
        self._rows: list[_Row] = []

    def add_column(
        self,
        heading: Text | str = "",
        *,
        justify: Literal["left", "right"] = "left",
        no_wrap: bool = False,
    ) -> None:
        """A column; a figure, date or name (`no_wrap`) is never broken, a text is between words."""
        written = Text.from_markup(heading) if isinstance(heading, str) else heading
        self._columns.append(_Column(heading=written, right=justify == "right", no_wrap=no_wrap))

    def add_row(self, *cells: Text | str) -> None:
        """A row; cells that are missing at its end are empty. A `str` is read as markup."""
        written = [Text.from_markup(cell) if isinstance(cell, str) else cell for cell in cells]
        missing = len(self._columns) - len(written)
        self._rows.append(_Row(cells=(*written, *(Text() for _ in range(missing)))))

    def add_section(self) -> None:
        """A line below the last row."""
        if self._rows:
            self._rows[-1] = _Row(cells=self._rows[-1].cells, ends_section=True)

    @property
    def row_count(self) -> int:
        """Rows so far."""
        return len(self._rows)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The table, fitted to the available width."""
        least = [self._least(number) for number in range(len(self._columns))]
        shown = len(least)
        while shown > 1 and self._width(least[:shown], console, options) > options.max_width:
            shown -= 1
        if shown < len(least) and self._otherwise is not None:
            yield self._otherwise
            return
        free = options.max_width - self._width(least[:shown], console, options)
        widths = self._widened(least[:shown], free)
        if shown == len(least):
            table = self._table(widths, title=self._title)
            for number, row in enumerate(self._rows):
                style = self._row_styles[number % len(self._row_styles)]
                table.add_row(*row.cells, style=style, end_section=row.ends_section)
            yield table
        else:
            yield from self._with_details(widths, options.max_width)

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        """Any width will do."""
        return Measurement(1, options.max_width)

    def _with_details(self, widths: Sequence[int], width: int) -> Iterator[RenderableType]:
        """Each row on its own, the columns that do not fit below it."""
        shown = len(widths)
        yield self._table([min(width, column_width) for column_width in widths], title=self._title)
        for number, row in enumerate(self._rows):
            line = Table.grid(padding=(0, 1))
            for column, column_width in zip(self._columns, widths, strict=False):
                line.add_column(
                    justify="right" if column.right else "left",
                    width=min(width - 1, column_width),
                    overflow="fold",
                )
            line.add_row(*row.cells[:shown])
            if any(cell.plain.strip() for cell in row.cells[:shown]):
                yield Padding(line, (0, 0, 0, 1), expand=False)
            details = [
                _detail(self._columns[column], row.cells[column])
                for column in range(shown, len(self._columns))
                if _says_something(row.cells[column]) or (number == 0 and self._is_empty(column))
            ]
            for text in _lines(details, width - 4):
                yield Padding(text, (0, 0, 0, 4), expand=False)

    def _is_empty(self, column: int) -> bool:
        """Whether no row has anything in a column: its heading is written once all the same."""
        return not any(_says_something(row.cells[column]) for row in self._rows)

    def _table(self, widths: Sequence[int], *, title: str | None) -> Table:
        table = Table(
            title=title,
            title_justify="left",
            header_style="bold",
            box=box.HEAVY_HEAD if self._borders else box.SIMPLE_HEAD,
            pad_edge=self._borders,
            collapse_padding=not self._borders,
        )
        for column, width in zip(self._columns, widths, strict=False):
            justify: Literal["left", "right"] = "right" if column.right else "left"
            table.add_column(column.heading, justify=justify, width=width, overflow="fold")
        return table

    def _width(self, widths: Sequence[int], console: Console, options: ConsoleOptions) -> int:
        wide = options.update_width(10 * sum(widths) + 1_000)
        return Measurement.get(console, wide, self._table(widths, title=None)).maximum

    def _least(self, number: int) -> int:
        """The narrowest that a column may become: no figure or word of its heading is broken."""
        column = self._columns[number]
        cells = max((_longest_line(row.cells[number]) for row in self._rows), default=0)
        if not column.no_wrap:
            cells = min(cells, _NARROWEST_TEXT)
        words = max((cell_len(word) for word in column.heading.plain.split()), default=0)
        return max(1, cells, words)

    def _widened(self, least: Sequence[int], free: int) -> list[int]:
        """The columns as wide as their contents, as far as there is room; the smallest needs first."""
        widths = list(least)
        needs = {
            number: max(
                cell_len(self._columns[number].heading.plain),
                *(_longest_line(row.cells[number]) for row in self._rows),
                1,
            )
            - width
            for number, width in enumerate(widths)
        }
        for left, (number, need) in enumerate(sorted(needs.items(), key=lambda item: item[1])):
            share = min(max(need, 0), max(free, 0) // (len(widths) - left))
            widths[number] += share
            free -= share
        return widths


def _says_something(cell: Text) -> bool:
    return cell.plain not in ("", "–")


def _detail(column: _Column, cell: Text) -> Text:
    heading = f"{column.heading.plain}: " if column.heading.plain else ""
    return Text.assemble(heading, cell if cell.plain or not heading else "–")


def _longest_line(cell: Text) -> int:
    return max((cell_len(line) for line in cell.plain.splitlines()), default=0)


def _lines(details: Sequence[Text], width: int) -> Iterator[Text]:
    """Details side by side, as many as fit on a line."""
    line = Text()
    for detail in details:
        if line.plain and cell_len(line.plain) + 3 + cell_len(detail.plain) > width:
            yield line
            line = Text()
        line = Text.assemble(line, " · ", detail) if line.plain else detail
    if line.plain:
        line.overflow = "fold"
        yield line
