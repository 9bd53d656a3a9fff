"""`docs/dev/invariants.md`: what always holds, and the tests whose docstrings name it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scripts.docs.markdown import render
from scripts.docs.project import ROOT

_INVARIANTS = {
    "I1": (
        "Readers see releases only",
        "At any moment, with a refresh running, failing or killed, every reader sees one complete release, "
        "the same for marts and metrics.",
    ),
    "I2": (
        "A failed gate publishes nothing",
        "`current` stays; the failed candidate and its report are kept for inspection.",
    ),
    "I3": (
        "Nothing is lost",
        "Rows read = rows landed + rows quarantined + rows skipped, per load, by count; a quarantined row keeps "
        "its bytes and its reason and can be replayed once fixed.",
    ),
    "I4": (
        "The same input gives the same numbers",
        "A refresh run twice, a load delivered twice, files in another order: equal marts, equal metrics.",
    ),
    "I5": (
        "Late and changed data arrives",
        "A row that arrives late or changes lands in the period it belongs to; an incremental refresh equals a "
        "full rebuild, row for row.",
    ),
    "I6": (
        "Killed anywhere, it recovers",
        "`kill -9` at any point leaves `current` intact; the next refresh finishes without manual work.",
    ),
    "I7": (
        "One definition",
        "A metric's formula stands in one place; SQL over the marts, `embudo query`, saved queries and scorecard "
        "give the same figure.",
    ),
    "I8": (
        "Every answer shows how far to trust it",
        "A metric's answer carries its release, data-as-of time, gate verdict, and the checks that warned about what "
        "is behind it.",
    ),
    "I9": (
        "Nobody reads what is not theirs",
        "Contact names, phones and e-mails do not leave the private warehouse in clear.",
    ),
    "I10": (
        "Idle costs nothing, growth is linear",
        "A refresh with nothing new does no work in proportion to history.",
    ),
    "I11": (
        "It never calls home",
        "No telemetry from dbt, Dagster, Great Expectations or dlt; a guard in every process of a test run refuses "
        "and records any call to another machine.",
    ),
    "I12": (
        "The engine can change",
        "One setting is to change the engine, with equal figures. DuckDB is the only one today; what holds already is "
        "that metrics are written in SQL that every engine reads alike, and are rendered for another engine.",
    ),
}
_NAME = re.compile(r"\bI(?:1[0-2]|[1-9])\b")


@dataclass(frozen=True)
class Invariant:
    """An invariant with the tests that name it: paths relative to the checkout, and test functions."""

    number: str
    title: str
    text: str
    tests: tuple[tuple[str, tuple[str, ...]], ...]


def page() -> str:
    """The page's text."""
    return render("invariants.md.j2", invariants=invariants())


def invariants() -> list[Invariant]:
    """Every invariant with its tests, in the order of the files' paths."""
    named: dict[str, dict[str, list[str]]] = {number: {} for number in _INVARIANTS}
    for path in sorted((ROOT / "tests").rglob("*.py")):
        for numbers, function in _named_in(path):
            for number in numbers & set(named):
                tests = named[number].setdefault(str(path.relative_to(ROOT)), [])
                tests += [function] if function else []
    return [
        Invariant(
            number,
            title,
            text,
            tuple((path, tuple(names)) for path, names in named[number].items()),
        )
        for number, (title, text) in _INVARIANTS.items()
    ]


def _named_in(path: Path) -> Iterator[tuple[set[str], str]]:
    """The invariants that a file's docstring names, and those of each test's docstring."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    if path.name.startswith("test_"):
        yield set(_NAME.findall(ast.get_docstring(tree) or "")), ""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield set(_NAME.findall(ast.get_docstring(node) or "")), node.name
