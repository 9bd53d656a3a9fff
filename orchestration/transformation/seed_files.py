"""Reading a seed's CSV as spreadsheets save it, and the faults of a file as a whole.

Faults of single cells and rows belong to `seeds`.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from orchestration.transformation.seed_rules import SeedRules

_SAVE_AS = "save it as `CSV UTF-8`, with commas between the fields"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing that is wrong. `line` counts from 1, the heading's; 0 for the whole file."""

    line: int
    column: str
    message: str

    def __str__(self) -> str:
        position = ", ".join(
            part for part in (self.line and f"line {self.line}", self.column) if part
        )
        return f"{position}: {self.message}" if position else self.message


@dataclass(frozen=True, kw_only=True)
class SeedRow:
    """One row of a seed; `line` counts from 1, the heading's."""

    line: int
    cells: Mapping[str, str]


class SeedUnreadable(Exception):
    """The file cannot be read as the seed's CSV."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.fault = Fault(line=line, column="", message=message)


def read_seed(seed: SeedRules) -> list[SeedRow]:
    """The file's rows; raises `SeedUnreadable` where it is not the CSV of these columns.

    A byte order mark is skipped, as dbt and DuckDB do; empty lines too."""
    content = seed.path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise SeedUnreadable(line, f"it is not UTF-8: {_SAVE_AS}") from error
    reader = csv.reader(text.splitlines(keepends=True), strict=True)
    rows: list[SeedRow] = []
    heading: list[str] | None = None
    line = 1
    try:
        for fields in reader:
            if heading is None:
                heading = fields
                _check_heading(seed, heading)
            elif fields:
                if len(fields) != len(heading):
                    raise SeedUnreadable(
                        line,
                        f"it has {len(fields)} fields, expected {len(heading)}: a text with a comma "
                        'in it has to be quoted, "like, this"',
                    )
                rows.append(SeedRow(line=line, cells=dict(zip(heading, fields, strict=True))))
            line = reader.line_num + 1
    except csv.Error as error:
        raise SeedUnreadable(reader.line_num, f"{error}: {_SAVE_AS}") from error
    if heading is None:
        raise SeedUnreadable(1, f"the file is empty, expected the columns {', '.join(seed.types)}")
    return rows


def _check_heading(seed: SeedRules, heading: Sequence[str]) -> None:
    expected = list(seed.types)
    if sorted(heading) == sorted(expected):
        return
    for mark, name in ((";", "`;`"), ("\t", "tabs")):
        if len(heading) == 1 and mark in heading[0]:
            raise SeedUnreadable(1, f"its fields are separated by {name}: {_SAVE_AS}")
    unknown = [name for name in heading if name not in expected]
    missing = [name for name in expected if name not in heading]
    parts = []
    if unknown:
        parts.append(f"unknown column(s) {', '.join(f'`{name}`' for name in unknown)}")
    if missing:
        parts.append(f"missing column(s) {', '.join(f'`{name}`' for name in missing)}")
    message = " and ".join(parts) or "a column is repeated"
    raise SeedUnreadable(1, f"{message}; expected {', '.join(expected)}")
