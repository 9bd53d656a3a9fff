"""Expectations of one mart: what its suite file declares, as conditions in SQL.

An expectation is called `marts.<schema>.<table>.<what>`; names made from a column end in _not_null, _unique,
_not_negative, _rate, _in_range, _known; pairs are <later>_after_<earlier>. Reading suite files belongs to
`suites`, checking data to `gx_validation`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from orchestration.core.errors import SettingsInvalid
from orchestration.core.records import Severity
from orchestration.quality.databases import identifier, literal

Kind = Literal["not_null", "unique", "between", "one_of", "in_order", "never", "has_rows"]

KEYS = frozenset({
    "not_null", "unique", "not_negative", "rates", "between", "one_of", "in_order", "never", "mostly",
    "warn", "remedies",
})  # fmt: skip
"""What may stand under `expect`."""


@dataclass(frozen=True)
class Expectation:
    """One expectation of one mart. `warn_limit` is how many failing rows a warning may have."""

    name: str
    table: str
    kind: Kind
    columns: tuple[str, ...]
    breaks: str
    """A condition in SQL, true for a row that breaks the expectation; empty for `has_rows`."""
    expected: str
    mostly: float = 1.0
    severity: Severity = "error"
    warn_limit: int | None = None
    minimum: float | None = None
    maximum: float | None = None
    values: tuple[str, ...] = ()
    remedy: str = ""
    """What to do where it is broken; empty for the registered advice."""

    @property
    def short_name(self) -> str:
        """Its name within the mart."""
        return self.name.rsplit(".", 1)[1]


def expectations_of(
    table: str, declared: Mapping[str, Any], *, file: str
) -> tuple[Expectation, ...]:
    """What `declared` expects of a mart, that it has rows first; raises `SettingsInvalid` naming the file."""
    expectations = tuple(_tuned(e, declared, file) for e in _expanded(table, declared))
    for chapter in ("mostly", "warn", "remedies"):
        known = {e.short_name for e in expectations}
        stray = sorted(set(declared.get(chapter, {})) - known)
        if stray:
            raise SettingsInvalid(
                f"{file}: {chapter} names {', '.join(stray)}; expected some of "
                f"{', '.join(sorted(known))}."
            )
    return expectations


def _expanded(table: str, declared: Mapping[str, Any]) -> list[Expectation]:
    def expectation(
        name: str, kind: Kind, columns: Sequence[str], breaks: str, expected: str, **more: Any
    ) -> Expectation:
        full = f"marts.{table}.{name}"
        return Expectation(full, table, kind, tuple(columns), breaks, expected, **more)

    of_columns = [expectation(*arguments, **more) for arguments, more in _of_columns(declared)]
    has_rows = expectation("has_rows", "has_rows", (), "", "rows where its streams have rows")
    of_rows = []
    for first, second in declared.get("in_order", ()):
        breaks = f"{identifier(second)} < {identifier(first)}"
        name, expected = f"{second}_after_{first}", f"{second} is not before {first}"
        of_rows.append(expectation(name, "in_order", (first, second), breaks, expected))
    for name, condition in declared.get("never", {}).items():
        text = " ".join(str(condition).split())
        of_rows.append(expectation(name, "never", (), f"({text})", f"never {text}"))
    return [has_rows, *of_columns, *of_rows]


_OfColumn = tuple[str, Kind, tuple[str, ...], str, str]


def _of_columns(declared: Mapping[str, Any]) -> Iterator[tuple[_OfColumn, dict[str, Any]]]:
    """Expectations of single columns: name, kind, column, condition, words, and the kind's arguments."""
    for c in declared.get("not_null", ()):
        breaks = f"{identifier(c)} is null"
        yield (f"{c}_not_null", "not_null", (c,), breaks, f"{c} is there"), {}
    for c in declared.get("unique", ()):
        breaks = f"count(*) over (partition by {identifier(c)}) > 1 and {identifier(c)} is not null"
        yield (f"{c}_unique", "unique", (c,), breaks, f"{c} is there once"), {}
    for c in declared.get("not_negative", ()):
        breaks, expected = f"{identifier(c)} < 0", f"{c} is at least 0"
        yield (f"{c}_not_negative", "between", (c,), breaks, expected), {"minimum": 0}
    for c in declared.get("rates", ()):
        breaks, expected = f"not {identifier(c)} between 0 and 1", f"{c} is between 0 and 1"
        yield (f"{c}_rate", "between", (c,), breaks, expected), {"minimum": 0, "maximum": 1}
    for c, (low, high) in declared.get("between", {}).items():
        breaks = f"not {identifier(c)} between {literal(low)} and {literal(high)}"
        expected = f"{c} is between {low} and {high}"
        limits = {"minimum": low, "maximum": high}
        yield (f"{c}_in_range", "between", (c,), breaks, expected), limits
    for c, values in declared.get("one_of", {}).items():
        breaks = f"{identifier(c)} not in ({', '.join(literal(v) for v in values)})"
        expected = f"{c} is one of {', '.join(map(str, values))}"
        texts = tuple(str(v) for v in values)
        yield (f"{c}_known", "one_of", (c,), breaks, expected), {"values": texts}


def _tuned(expectation: Expectation, declared: Mapping[str, Any], file: str) -> Expectation:
    """With the share of rows, the severity and the advice that are declared for it."""
    name = expectation.short_name
    if name in declared.get("mostly", {}):
        share = float(declared["mostly"][name])
        if expectation.kind == "has_rows" or not 0 < share <= 1:
            raise SettingsInvalid(
                f"{file}: {expectation.name} cannot hold for a share of {share} of the rows: "
                "expected above 0 and up to 1, and not for `has_rows`."
            )
        text = f"{expectation.expected} in at least {share:.0%} of the rows"
        expectation = dataclasses.replace(expectation, mostly=share, expected=text)
    if name in declared.get("warn", {}):
        limit = int(declared["warn"][name])
        expectation = dataclasses.replace(expectation, severity="warn", warn_limit=limit)
    if remedy := declared.get("remedies", {}).get(name):
        expectation = dataclasses.replace(expectation, remedy=" ".join(str(remedy).split()))
    return expectation
