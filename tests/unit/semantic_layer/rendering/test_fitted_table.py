"""Tables in any width: nothing is lost."""

from __future__ import annotations

import io
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console
from rich.text import Text

from semantic_layer.rendering.fitted_table import FittedTable

words = st.text("abcdefgh", min_size=1, max_size=9)
texts = st.lists(words, max_size=8).map(" ".join)
figures = st.decimals(min_value=-(10**9), max_value=10**9, places=2).map(lambda n: f"{n:,}")


def drawn(table: FittedTable, width: int) -> str:
    console = Console(width=width, file=io.StringIO(), record=True)
    console.print(table)
    return console.export_text()


def of_text(written: str) -> str:
    """Without blanks and borders."""
    return re.sub(r"[\s│┃─━┏┓┗┛┡┩┳╇└┘┴├┤┼╪·]", "", written)


@pytest.mark.slow
@settings(deadline=None, max_examples=60)
@given(
    width=st.integers(40, 160),
    headings=st.lists(words, min_size=1, max_size=9),
    borders=st.booleans(),
    data=st.data(),
)
def test_every_heading_and_figure_is_there_in_any_width(
    width: int, headings: list[str], borders: bool, data: st.DataObject
) -> None:
    """A figure stands unbroken on a line; of a text no letter is lost, nor does a line leave the screen."""
    table = FittedTable(borders=borders)
    for number, heading in enumerate(headings):
        table.add_column(
            heading, justify="right" if number % 2 else "left", no_wrap=number % 2 == 1
        )
    rows = [
        [data.draw(figures if number % 2 else texts) for number in range(len(headings))]
        for _ in range(data.draw(st.integers(1, 4)))
    ]
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    shown = drawn(table, width)
    assert max(len(line) for line in shown.splitlines()) <= width
    for row in rows:
        for number, cell in enumerate(row):
            if number % 2:
                assert cell in shown
    letters = sorted(letter for row in rows for cell in row for letter in of_text(cell))
    letters_shown = sorted(of_text(shown))
    for letter in set(letters):
        assert letters_shown.count(letter) >= letters.count(letter)
    assert all(heading in shown for heading in headings)


def test_columns_that_do_not_fit_stand_below_their_row() -> None:
    table = FittedTable()
    for heading in ("Metric", "Value", "Compared"):
        table.add_column(heading, no_wrap=True)
    table.add_row("Revenue of all the customers", "1,234,567.00 EUR", "+12.30 % than a year before")
    lines = drawn(table, 50).splitlines()
    assert any(
        "Revenue of all the customers" in line and "1,234,567.00 EUR" in line for line in lines
    )
    assert any(line.strip() == "Compared: +12.30 % than a year before" for line in lines)
    (revenue_line,) = (line for line in drawn(table, 120).splitlines() if "Revenue" in line)
    assert "Compared" not in revenue_line and "+12.30 %" in revenue_line


def test_another_form_takes_the_place_of_what_does_not_fit() -> None:
    table = FittedTable(otherwise=Text("one figure per line"))
    for _ in range(5):
        table.add_column("Opportunities", no_wrap=True)
    table.add_row(*("1,234.00 EUR" for _ in range(5)))
    assert drawn(table, 50).strip() == "one figure per line"
    assert "1,234.00 EUR" in drawn(table, 100)


def test_a_row_that_begins_with_empty_cells_leaves_no_empty_line() -> None:
    """Of several metrics of one group the group is written once, and the others follow below it."""
    table = FittedTable()
    for heading in ("Rep", "Metric", "Value"):
        table.add_column(heading, no_wrap=True)
    table.add_row("Ana García de la Torre", "Average order value", "199.72 EUR")
    table.add_row("", "Orders", "44")
    lines = [line.strip() for line in drawn(table, 40).splitlines()]
    assert lines[lines.index("Ana García de la Torre") :] == [
        "Ana García de la Torre",
        "Metric: Average order value",
        "Value: 199.72 EUR",
        "Metric: Orders · Value: 44",
    ]


def test_a_column_without_any_value_keeps_its_heading() -> None:
    table = FittedTable()
    for heading in ("Metric", "Value", "Target", "Benchmark"):
        table.add_column(heading, no_wrap=True)
    for metric in ("Revenue of all the customers", "Orders of all the customers"):
        table.add_row(metric, "1,234,567.00 EUR", "", "–")
    assert drawn(table, 50).count("Target: – · Benchmark: –") == 1
