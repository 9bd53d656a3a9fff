"""What families share: a change of values in some rows of a stream, written back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from tests.gate_trials.damages.records import Case, Damage, damage
from tests.gate_trials.sheets import Row, Sheet

Change = Callable[[Row], Row]


def change_rows(
    case: Case,
    change: Change,
    *,
    columns: Sequence[str] = (),
    which: Callable[[Row], bool] = lambda row: True,
) -> Damage:
    """Change as many of the rows as the size says; `which` says which can be."""
    sheet = case.read()
    return change_sheet(case, sheet, change, columns=columns, which=which)


def change_sheet(
    case: Case,
    sheet: Sheet,
    change: Change,
    *,
    columns: Sequence[str] = (),
    which: Callable[[Row], bool] = lambda row: True,
) -> Damage:
    """As `change_rows`, for rows that are read already."""
    rows = case.some([row for row in sheet.rows if which(row)])
    for row in rows:
        row.update(change(row))
    case.delivery.write(sheet)
    return damage(sheet, rows, columns or case.target.columns)


def set_column(value: Any) -> Callable[[Case], Damage]:
    """The column holds one value."""

    def apply(case: Case) -> Damage:
        column = case.target.columns[0]
        return change_rows(case, lambda row: {column: value})

    return apply


def most_common_in_all(case: Case) -> Damage:
    """The column holds its most common value."""
    sheet, column = case.read(), case.target.columns[0]
    held = [row[column] for row in sheet.rows if row[column] not in (None, "")]
    value = max(sorted(set(held)), key=held.count)
    return change_sheet(case, sheet, lambda row: {column: value})


def one_of_its_values(case: Case) -> Damage:
    """The column holds one of its values, drawn at random."""
    sheet, column = case.read(), case.target.columns[0]
    value = case.rng.choice(sorted(sheet.values(column)))
    return change_sheet(case, sheet, lambda row: {column: value})


def times(factor: str) -> Callable[[Case], Damage]:
    """The amounts or durations of the columns are multiplied."""

    def scaled(value: Any) -> Any:
        if isinstance(value, Decimal):
            return (value * Decimal(factor)).quantize(Decimal("0.01"))
        return round(value * Decimal(factor)) if isinstance(value, int) else value

    def apply(case: Case) -> Damage:
        columns = case.target.columns
        return change_rows(case, lambda row: {name: scaled(row[name]) for name in columns})

    return apply


def renamed(case: Case, names: dict[Any, Any]) -> Damage:
    """The values of the column are called otherwise."""
    column = case.target.columns[0]
    return change_rows(
        case, lambda row: {column: names[row[column]]}, which=lambda row: row[column] in names
    )


def permuted(case: Case) -> Damage:
    """Each value of the column is called as another one of them."""
    sheet, column = case.read(), case.target.columns[0]
    values = sorted(sheet.values(column))
    moved = values[1:] + values[:1]
    case.rng.shuffle(moved)
    return renamed(case, dict(zip(values, moved, strict=True)))
