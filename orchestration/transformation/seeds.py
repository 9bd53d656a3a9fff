"""Seeds, read before dbt does, so that a mistake is told by file, line and column.

Analysts edit them in spreadsheets. What a seed must look like stands in its YAML (types, and tests that
need no other table), and is read from dbt's manifest; what cannot stand there is here: metrics that exist,
scopes with their keys, periods that begin where they should, shares that are no percentages.
"""

from __future__ import annotations

import csv
import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from orchestration.core.errors import SeedInvalid
from orchestration.core.periods import first_day

_SHOWN = 20
_SHARE_AT_MOST = 5
"""A rate, or a growth, above this is a percentage that somebody forgot to divide by a hundred."""

_SAVE_AS = "save it as `CSV UTF-8`, with commas between the fields"


@dataclass(frozen=True, kw_only=True)
class SeedRules:
    """What a seed's YAML says of it. Keys are tuples of columns, in lower case where `lower(…)` says so."""

    name: str
    path: Path
    types: Mapping[str, str]
    required: frozenset[str] = frozenset()
    keys: tuple[tuple[str, ...], ...] = ()
    allowed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    least: Mapping[str, str] = field(default_factory=dict)
    """`not_negative` or `positive` by column."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing that is wrong. `line` counts from 1, the heading's; 0 for the whole file."""

    line: int
    column: str
    told: str

    def __str__(self) -> str:
        place = ", ".join(part for part in (self.line and f"line {self.line}", self.column) if part)
        return f"{place}: {self.told}" if place else self.told


@dataclass(frozen=True, kw_only=True)
class _Row:
    line: int
    cells: Mapping[str, str]


def read_rules(manifest: Mapping[str, Any], root: Path) -> list[SeedRules]:
    """The rules of every seed of a manifest whose project stands in `root`."""
    seeds = [n for n in manifest["nodes"].values() if n["resource_type"] == "seed"]
    tests = [n for n in manifest["nodes"].values() if n["resource_type"] == "test"]
    return [
        _rules(seed, [t for t in tests if t.get("attached_node") == seed["unique_id"]], root)
        for seed in sorted(seeds, key=lambda seed: str(seed["name"]))
    ]


def _rules(seed: Mapping[str, Any], tests: Sequence[Mapping[str, Any]], root: Path) -> SeedRules:
    required: set[str] = set()
    keys: list[tuple[str, ...]] = []
    allowed: dict[str, tuple[str, ...]] = {}
    least: dict[str, str] = {}
    for test in tests:
        told = test.get("test_metadata") or {}
        name, given = told.get("name"), told.get("kwargs") or {}
        column = test.get("column_name") or ""
        if name == "has_no_nulls":
            required |= set(given["columns"])
        elif name == "is_unique_together":
            keys.append(tuple(given["columns"]))
        elif name == "is_key":
            keys.append((column,))
            required.add(column)
        elif name == "accepted_values":
            allowed[column] = tuple(str(value) for value in given["values"])
        elif name in ("is_not_negative", "is_positive"):
            least[column] = name.removeprefix("is_")
    return SeedRules(
        name=seed["name"],
        path=root / seed["original_file_path"],
        types=dict(seed["config"].get("column_types") or {}),
        required=frozenset(required),
        keys=tuple(keys),
        allowed=allowed,
        least=least,
    )


def check_seeds(rules: Sequence[SeedRules], *, metrics: Mapping[str, str]) -> int:
    """Rows of all seeds; raises `SeedInvalid` with every fault. `metrics` is unit by name."""
    rows = 0
    told: list[str] = []
    for seed in rules:
        found, faults = check_seed(seed, metrics=metrics)
        rows += found
        told += [f"  {seed.path.parent.name}/{seed.path.name} {fault}" for fault in faults]
    if told:
        more = f"\n  … and {len(told) - _SHOWN} more" if len(told) > _SHOWN else ""
        raise SeedInvalid(
            f"{len(told)} fault(s) in seeds; nothing was built. Mend them, then `embudo validate`:\n"
            + "\n".join(told[:_SHOWN])
            + more
        )
    return rows


def check_seed(seed: SeedRules, *, metrics: Mapping[str, str]) -> tuple[int, list[Fault]]:
    """Rows of one seed, and its faults in the order of their lines."""
    try:
        rows = _read(seed)
    except _Unreadable as error:
        return 0, [error.fault]
    faults: list[Fault] = []
    for row in rows:
        faults += _of_cells(seed, row)
        faults += _of_meaning(seed, row, metrics)
    faults += _duplicates(seed, rows)
    return len(rows), sorted(faults, key=lambda fault: fault.line)


class _Unreadable(Exception):
    def __init__(self, line: int, told: str) -> None:
        super().__init__(told)
        self.fault = Fault(line=line, column="", told=told)


def _read(seed: SeedRules) -> list[_Row]:
    """The file's rows. A byte order mark is skipped, as dbt and DuckDB do; empty lines too."""
    content = seed.path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise _Unreadable(line, f"it is not UTF-8: {_SAVE_AS}") from error
    reader = csv.reader(text.splitlines(keepends=True), strict=True)
    rows: list[_Row] = []
    heading: list[str] | None = None
    line = 1
    try:
        for fields in reader:
            if heading is None:
                heading = fields
                _check_heading(seed, heading)
            elif fields:
                if len(fields) != len(heading):
                    raise _Unreadable(
                        line,
                        f"it has {len(fields)} fields, expected {len(heading)}: a text with a comma "
                        'in it stands in quotes, "like, this"',
                    )
                rows.append(_Row(line=line, cells=dict(zip(heading, fields, strict=True))))
            line = reader.line_num + 1
    except csv.Error as error:
        raise _Unreadable(reader.line_num, f"{error}: {_SAVE_AS}") from error
    if heading is None:
        raise _Unreadable(1, f"the file is empty, expected the columns {', '.join(seed.types)}")
    return rows


def _check_heading(seed: SeedRules, heading: Sequence[str]) -> None:
    expected = list(seed.types)
    if sorted(heading) == sorted(expected):
        return
    for mark, name in ((";", "`;`"), ("\t", "tabs")):
        if len(heading) == 1 and mark in heading[0]:
            raise _Unreadable(1, f"its fields are separated by {name}: {_SAVE_AS}")
    unknown = [name for name in heading if name not in expected]
    missing = [name for name in expected if name not in heading]
    parts = []
    if unknown:
        parts.append(f"unknown column(s) {', '.join(f'`{name}`' for name in unknown)}")
    if missing:
        parts.append(f"missing column(s) {', '.join(f'`{name}`' for name in missing)}")
    told = " and ".join(parts) or "a column stands there twice"
    raise _Unreadable(1, f"{told}; expected {', '.join(expected)}")


def _of_cells(seed: SeedRules, row: _Row) -> Iterator[Fault]:
    """Faults of single cells: missing, not of their type, not allowed."""
    for column, kind in seed.types.items():
        cell = row.cells[column]
        told = ""
        if not cell:
            told = "it is empty, and must not be" if column in seed.required else ""
        elif problem := _of_type(cell, kind):
            told = f"`{cell}` {problem}"
        elif column in seed.allowed and cell not in seed.allowed[column]:
            near = _nearest(cell, seed.allowed[column])
            told = f"`{cell}` is not allowed{near}; expected {', '.join(seed.allowed[column])}"
        elif seed.least.get(column) == "not_negative" and Decimal(cell) < 0:
            told = f"`{cell}` is below zero"
        elif seed.least.get(column) == "positive" and Decimal(cell) <= 0:
            told = f"`{cell}` is not above zero"
        if told:
            yield Fault(line=row.line, column=column, told=told)


def _of_type(cell: str, kind: str) -> str:
    """What is wrong with a cell of a type; empty where nothing is."""
    if kind == "date":
        return "" if _date(cell) else "is no date; write year-month-day, like 2026-06-30"
    if kind == "boolean":
        return "" if cell.lower() in ("true", "false") else "is neither true nor false"
    if kind in ("integer", "bigint"):
        return "" if re.fullmatch(r"[+-]?\d{1,9}", cell) else "is no whole number"
    if kind.startswith("decimal"):
        if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)", cell):
            return "is no number; write it like 1234.56, with a point and nothing between thousands"
        precision, scale = (int(part) for part in re.findall(r"\d+", kind))
        if abs(Decimal(cell)) >= Decimal(10) ** (precision - scale):
            return f"is too big; expected less than {precision - scale} digits before the point"
    return ""


def _of_meaning(seed: SeedRules, row: _Row, metrics: Mapping[str, str]) -> Iterator[Fault]:
    """Faults that only somebody sees who knows metrics, scopes and periods."""
    cells = row.cells
    metric = cells.get("metric", "")
    if metric and metric not in metrics:
        told = (
            f"there is no metric `{metric}`{_nearest(metric, metrics)}; `embudo metrics` lists all"
        )
        yield Fault(line=row.line, column="metric", told=told)
    scope = cells.get("scope", "")
    if "scope_key" in seed.types:
        if scope in ("team", "region", "rep") and not cells["scope_key"]:
            told = f"it is empty, expected the {scope} that the row is for"
            yield Fault(line=row.line, column="scope_key", told=told)
        if scope == "company" and cells["scope_key"] not in ("", "company"):
            told = f"`{cells['scope_key']}` is left unread for the company; expected nothing"
            yield Fault(line=row.line, column="scope_key", told=told)
    start, grain = _date(cells.get("period_start", "")), cells.get("period_grain", "")
    if start and (first := first_day(grain, start)) != start:
        told = f"`{start}` is not the first day of a {grain}; expected {first}"
        yield Fault(line=row.line, column="period_start", told=told)
    shares = (
        ("target", "low", "typical", "high") if metrics.get(metric) == "percent" else ("growth",)
    )
    for column in shares:
        share = _number(cells.get(column, ""))
        if share is not None and abs(share) > _SHARE_AT_MOST:
            told = f"`{cells[column]}` is {share:.0%}: write shares as 0.25, not 25"
            yield Fault(line=row.line, column=column, told=told)
    band = [_number(cells.get(name, "")) for name in ("low", "typical", "high")]
    stated = [end for end in band if end is not None]
    if stated != sorted(stated):
        told = "expected low, typical and high in this order"
        yield Fault(line=row.line, column="typical", told=told)


def _duplicates(seed: SeedRules, rows: Sequence[_Row]) -> Iterator[Fault]:
    for key in seed.keys:
        columns = [_column(part) for part in key]
        if any(column not in seed.types for column in columns):
            continue
        seen: dict[tuple[str, ...], int] = {}
        for row in rows:
            cells = tuple(
                row.cells[column].lower() if column != part else row.cells[column]
                for column, part in zip(columns, key, strict=True)
            )
            if cells in seen:
                told = f"the same as in line {seen[cells]}; expected each once"
                yield Fault(line=row.line, column=", ".join(columns), told=told)
            seen.setdefault(cells, row.line)


def _column(part: str) -> str:
    """The column of a key's part: `lower(stage)` is of `stage`."""
    found = re.fullmatch(r"lower\((\w+)\)", part.strip())
    return found[1] if found else part


def _date(cell: str) -> date | None:
    try:
        return date.fromisoformat(cell) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", cell) else None
    except ValueError:
        return None


def _number(cell: str) -> Decimal | None:
    try:
        return Decimal(cell) if cell else None
    except InvalidOperation:
        return None


def _nearest(name: str, known: Sequence[str] | Mapping[str, str]) -> str:
    near = difflib.get_close_matches(name.lower(), list(known), n=1)
    return f" (nearest: {near[0]})" if near else ""
