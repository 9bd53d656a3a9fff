"""Seeds, checked before dbt reads them, so that a mistake is reported by file, line and column.

Analysts edit them in spreadsheets. Checks what their YAML requires (`seed_rules`), and what YAML cannot: metrics
that exist, scopes with their keys, periods that begin on their first day, shares that are no percentages.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation

from orchestration.core.errors import SeedInvalid
from orchestration.core.periods import first_day, next_first_day
from orchestration.transformation.seed_files import Fault, SeedRow, SeedUnreadable, read_seed
from orchestration.transformation.seed_rules import SeedRules

_SHOWN = 20
_SHARE_AT_MOST = 5
"""A rate, or a growth, above this is a percentage that somebody forgot to divide by a hundred."""


def check_seeds(rules: Sequence[SeedRules], *, metrics: Mapping[str, str]) -> int:
    """Rows of all seeds; raises `SeedInvalid` with every fault. `metrics` is unit by name."""
    rows = 0
    messages: list[str] = []
    for seed in rules:
        count, faults = check_seed(seed, metrics=metrics)
        rows += count
        messages += [f"  {seed.path.parent.name}/{seed.path.name} {fault}" for fault in faults]
    if messages:
        more = f"\n  … and {len(messages) - _SHOWN} more" if len(messages) > _SHOWN else ""
        raise SeedInvalid(
            f"{len(messages)} fault(s) in seeds; nothing was built. Fix them, then `embudo validate`:\n"
            + "\n".join(messages[:_SHOWN])
            + more
        )
    return rows


def check_seed(seed: SeedRules, *, metrics: Mapping[str, str]) -> tuple[int, list[Fault]]:
    """Rows of one seed, and its faults in the order of their lines."""
    try:
        rows = read_seed(seed)
    except SeedUnreadable as error:
        return 0, [error.fault]
    faults: list[Fault] = []
    for row in rows:
        faults += _of_cells(seed, row)
        faults += _of_meaning(seed, row, metrics)
    faults += _duplicates(seed, rows)
    return len(rows), sorted(faults, key=lambda fault: fault.line)


def _of_cells(seed: SeedRules, row: SeedRow) -> Iterator[Fault]:
    """Faults of single cells: missing, not of their type, not allowed."""
    for column, kind in seed.types.items():
        cell = row.cells[column]
        message = ""
        if not cell:
            message = "it is empty, and must not be" if column in seed.required else ""
        elif problem := _of_type(cell, kind):
            message = f"`{cell}` {problem}"
        elif column in seed.allowed and cell not in seed.allowed[column]:
            near = _nearest(cell, seed.allowed[column])
            message = f"`{cell}` is not allowed{near}; expected {', '.join(seed.allowed[column])}"
        elif seed.least.get(column) == "not_negative" and Decimal(cell) < 0:
            message = f"`{cell}` is below zero"
        elif seed.least.get(column) == "positive" and Decimal(cell) <= 0:
            message = f"`{cell}` is not above zero"
        if message:
            yield Fault(line=row.line, column=column, message=message)


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


def _of_meaning(seed: SeedRules, row: SeedRow, metrics: Mapping[str, str]) -> Iterator[Fault]:
    """Faults that only show with metrics, scopes and periods in view."""
    cells = row.cells
    metric = cells.get("metric", "")
    if metric and metric not in metrics:
        message = (
            f"there is no metric `{metric}`{_nearest(metric, metrics)}; `embudo metrics` lists all"
        )
        yield Fault(line=row.line, column="metric", message=message)
    scope = cells.get("scope", "")
    if "scope_key" in seed.types:
        if scope in ("team", "region", "rep") and not cells["scope_key"]:
            message = f"it is empty, expected the {scope} that the row is for"
            yield Fault(line=row.line, column="scope_key", message=message)
        if scope == "company" and cells["scope_key"] not in ("", "company"):
            message = f"`{cells['scope_key']}` is left unread for the company; expected nothing"
            yield Fault(line=row.line, column="scope_key", message=message)
    start, grain = _date(cells.get("period_start", "")), cells.get("period_grain", "")
    if start and (first := first_day(grain, start)) != start:
        message = (
            f"`{start}` is not the first day of a {grain}; the nearest are {first} and "
            f"{next_first_day(grain, start)}"
        )
        yield Fault(line=row.line, column="period_start", message=message)
    shares = (
        ("target", "low", "typical", "high") if metrics.get(metric) == "percent" else ("growth",)
    )
    for column in shares:
        share = _number(cells.get(column, ""))
        if share is not None and abs(share) > _SHARE_AT_MOST:
            message = f"`{cells[column]}` is {share:.0%}: write shares as 0.25, not 25"
            yield Fault(line=row.line, column=column, message=message)
    band = [_number(cells.get(name, "")) for name in ("low", "typical", "high")]
    stated = [end for end in band if end is not None]
    if stated != sorted(stated):
        message = "expected low, typical and high in this order"
        yield Fault(line=row.line, column="typical", message=message)


def _duplicates(seed: SeedRules, rows: Sequence[SeedRow]) -> Iterator[Fault]:
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
                message = f"the same as in line {seen[cells]}; expected each once"
                yield Fault(line=row.line, column=", ".join(columns), message=message)
            seen.setdefault(cells, row.line)


def _column(part: str) -> str:
    """The column of a key's part: `lower(stage)` is of `stage`."""
    match = re.fullmatch(r"lower\((\w+)\)", part.strip())
    return match[1] if match else part


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
    """` (nearest: …)`, or nothing where no name is near."""
    near = difflib.get_close_matches(name.lower(), list(known), n=1)
    return f" (nearest: {near[0]})" if near else ""
