"""What a seed has to look like, read from dbt's manifest: types, and tests that need no other table.

Checking a seed belongs to `seeds`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, kw_only=True)
class SeedRules:
    """What a seed's YAML requires. Keys are tuples of columns; `lower(…)` compares without case."""

    name: str
    path: Path
    types: Mapping[str, str]
    required: frozenset[str] = frozenset()
    keys: tuple[tuple[str, ...], ...] = ()
    allowed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    least: Mapping[str, str] = field(default_factory=dict)
    """`not_negative` or `positive` by column."""


def read_rules(manifest: Mapping[str, Any], root: Path) -> list[SeedRules]:
    """The rules of every seed of a manifest whose project is in `root`."""
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
        metadata = test.get("test_metadata") or {}
        name, arguments = metadata.get("name"), metadata.get("kwargs") or {}
        column = test.get("column_name") or ""
        if name == "has_no_nulls":
            required |= set(arguments["columns"])
        elif name == "is_unique_together":
            keys.append(tuple(arguments["columns"]))
        elif name == "is_key":
            keys.append((column,))
            required.add(column)
        elif name == "accepted_values":
            allowed[column] = tuple(str(value) for value in arguments["values"])
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
