"""`docs/checks.md`: every check of the quality gate with its limits, from the registry of checks."""

from __future__ import annotations

from itertools import groupby

from orchestration.quality.registry import CheckRow, check_rows
from orchestration.settings import BreachSpec, SourceLimits
from scripts.docs.markdown import render

_GATES = {
    1: "Gate 1: loads and sources, before anything is built",
    2: "Gate 2: what dbt built and tested",
    3: "Gate 3: marts and metrics",
}


def page() -> str:
    """The page, a table per gate."""
    gates = [
        (_GATES[gate], [_cells(row) for row in rows])
        for gate, rows in groupby(check_rows(), key=lambda row: row.gate)
    ]
    return render("checks.md.j2", gates=gates, of_sources=sorted(SourceLimits.model_fields))


def _cells(row: CheckRow) -> tuple[str, ...]:
    limits = "<br>".join(f"`{name}` {text}" for name, text in row.limits.items())
    return f"`{row.name}`", row.on, row.summary, limits, _policy(row), row.remedy


def _policy(row: CheckRow) -> str:
    settable = row.name.removeprefix("loads.") in BreachSpec.model_fields
    return f"**{row.policy}**" if settable else row.policy or "stop"
