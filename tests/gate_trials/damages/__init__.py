"""Kinds of damage, one file per family: `KINDS` has them all, `kind(name)` one."""

from __future__ import annotations

from tests.gate_trials.damages import (
    against,
    clocks,
    columns,
    constants,
    duplicates,
    gaps,
    parts_missing,
    references,
    restated,
    scales,
    targets,
)
from tests.gate_trials.damages.records import Kind

KINDS: tuple[Kind, ...] = (
    *duplicates.KINDS,
    *gaps.KINDS,
    *parts_missing.KINDS,
    *constants.KINDS,
    *columns.KINDS,
    *scales.KINDS,
    *clocks.KINDS,
    *references.KINDS,
    *against.KINDS,
    *targets.KINDS,
    *restated.KINDS,
)


def kind(name: str) -> Kind:
    """The kind of that name; raises `KeyError` where there is none."""
    return {one.name: one for one in KINDS}[name]
