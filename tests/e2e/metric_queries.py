"""Queries of the shared company's metrics, with fixed costs as a company would write them into its seed."""

from __future__ import annotations

import math
import shutil
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from semantic_layer.layer import SemanticLayer
from semantic_layer.records import QueryGrain
from semantic_layer.request import QueryRequest

FIXED_COSTS = {f"2025-{month:02d}": 1_500 + 100 * month for month in range(1, 13)}
"""Euros by month; two categories per month."""

Rows = list[dict[str, Any]]


def with_fixed_costs(release: Path, folder: Path) -> SemanticLayer:
    """The metrics of a copy of a release, with the fixed costs added to its marts."""
    copy = Path(
        shutil.copytree(release, folder / "release", ignore=shutil.ignore_patterns("warehouse.*"))
    )
    rows = [
        (f"{month}-01|{category}", category, amount * share / 10, f"{month}-01")
        for month, amount in FIXED_COSTS.items()
        for category, share in (("rent", 7), ("other", 3))
    ]
    with duckdb.connect(str(copy / "marts.duckdb")) as marts:
        marts.executemany(
            "insert into performance.fct_fixed_costs "
            "(fixed_cost_key, category, fixed_cost_amount, month_start_on) values (?, ?, ?, ?)",
            rows,
        )
    return SemanticLayer.open(copy)


def query_rows(
    layer: SemanticLayer,
    *metrics: str,
    grain: QueryGrain | None = None,
    by: Sequence[str] = (),
    where: Sequence[str] = (),
) -> Rows:
    """The rows of a query."""
    request = QueryRequest(metrics=metrics, grain=grain, group_by=tuple(by), where=tuple(where))
    rows: Rows = layer.query(request).table.to_pylist()
    return rows


def as_float(value: object) -> float | None:
    """A value as a float; None stays None."""
    return float(value) if isinstance(value, int | float | Decimal) else None


def is_same(actual: object, expected: float | None) -> bool:
    """Equal to a cent or 1e-9; a count of nothing is the same as no value."""
    value = as_float(actual) or 0.0
    expected = expected or 0.0
    slack = 0.005 if abs(expected) > 1 else 1e-9
    return math.isclose(value, expected, rel_tol=1e-9, abs_tol=slack)
