"""The checks of the gate as settings know them: their names, limits and scopes.

`checks.json` beside this module is generated from the registry of checks (`make docs`), for settings are read below
the package that has them. Running checks belongs to `quality`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from typing import Any

from orchestration.settings.contract import StreamContract

CATALOGUE = Path(__file__).with_name("checks.json")

FAILING_ROWS, FAILING_SHARE = "failing_rows", "failing_share"
"""Limits of an exception of any check: how many rows, or which share of them, may fail it."""


@dataclass(frozen=True)
class LimitEntry:
    """One limit; `kind` is JSON's type: integer, number or boolean."""

    name: str
    kind: str
    default: float | None
    low: float
    high: float | None
    text: str


@dataclass(frozen=True)
class CheckEntry:
    """One check, or a family by the pattern of its names, e.g. `values.<stream>`.

    `names` are those of a family that the code declares; of others they come from the contract or the project.
    """

    name: str
    gate: int
    limits: tuple[LimitEntry, ...]
    scopes: tuple[str, ...]
    """What its findings can be told apart by."""
    has_share: bool
    """Whether its findings state of how many rows they are."""
    names: tuple[str, ...]

    def is_called(self, check: str, names: Collection[str]) -> bool:
        """Whether `check` (a name, a pattern with `*`, or the family) may mean this check; `names` are all that are
        known of it.
        """
        if check == self.name:
            return True
        if names or "<" not in self.name:
            return any(fnmatchcase(name, check) for name in names or (self.name,))
        if "*" not in check:
            return re.fullmatch(_expression(self.name), check) is not None
        # of two patterns only what stands before their first gap can be compared
        fixed, own = check.partition("*")[0], self.name.partition("<")[0]
        return fixed.startswith(own) or own.startswith(fixed)


def is_named(check: str, *, name: str, family: str) -> bool:
    """Whether `check` means the check `name`, which belongs to `family`."""
    return check in (name, family) or fnmatchcase(name, check)


def _expression(family: str) -> str:
    """A family's names as a regular expression."""
    return re.sub(r"<[^>]+>", "[^<>* ]+", re.escape(family))


@lru_cache(maxsize=1)
def catalogue() -> tuple[CheckEntry, ...]:
    """Every check of the gate."""
    content: list[dict[str, Any]] = json.loads(CATALOGUE.read_text(encoding="utf-8"))
    return tuple(
        CheckEntry(
            name=check["name"],
            gate=check["gate"],
            limits=tuple(_limits(check["limits"])),
            scopes=tuple(check["scopes"]),
            has_share=check["has_share"],
            names=tuple(check["names"]),
        )
        for check in content
    )


def _limits(limits: Mapping[str, Mapping[str, Any]]) -> Iterator[LimitEntry]:
    for name, limit in limits.items():
        yield LimitEntry(
            name=name,
            kind=limit["type"],
            default=limit["default"],
            low=limit.get("minimum", 0),
            high=limit.get("maximum"),
            text=limit["description"],
        )


def all_limits(*, gates: tuple[int, ...] = (1, 2, 3)) -> dict[str, LimitEntry]:
    """The limits of the checks of these gates by name; what several checks have in common stands once."""
    return {
        limit.name: limit for check in catalogue() if check.gate in gates for limit in check.limits
    }


def names_of(check: CheckEntry, contract: Mapping[str, StreamContract]) -> tuple[str, ...]:
    """What a check, or each of its family, is called; nothing where only the project knows."""
    if check.names or "<" not in check.name:
        return check.names or (check.name,)
    prefix, _, parts = check.name.partition(".")
    if parts == "<stream>":
        return tuple(f"{prefix}.{stream}" for stream in contract)
    if parts == "<stream>.<column>":
        return tuple(
            f"{prefix}.{stream.name}.{column.name}"
            for stream in contract.values()
            for column in stream.columns
        )
    return ()
