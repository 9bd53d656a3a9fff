"""What is expected of each mart, read from `expectations.yml`.

Each expectation has a name (`marts.<schema>.<table>.<what>`), a condition in SQL that is true for
a row that breaks it, and the share of rows that must keep it. Holding them against data belongs to
`suites`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from orchestration.core.errors import SettingsInvalid
from orchestration.core.records import Severity
from orchestration.quality.databases import identifier, literal

DECLARED = Path(__file__).with_name("expectations.yml")

Kind = Literal["not_null", "unique", "between", "one_of", "in_order", "never", "has_rows"]

_TABLE_KEYS = {
    "key", "rows_when", "not_null", "unique", "not_negative", "rates", "between", "one_of",
    "in_order", "never", "mostly", "warn",
}  # fmt: skip


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


@dataclass(frozen=True)
class MartExpectations:
    """All that is expected of one mart. `key` is the column that names a row in samples."""

    table: str
    key: str
    rows_when: Mapping[str, str] = field(default_factory=dict)
    expectations: tuple[Expectation, ...] = ()


def read_expectations(path: Path = DECLARED) -> tuple[MartExpectations, ...]:
    """The declared expectations, mart by mart; raises `SettingsInvalid` naming the mart and the
    key.
    """
    import yaml

    found = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    return tuple(_mart(path, table, declared or {}) for table, declared in found["marts"].items())


def _mart(path: Path, table: str, declared: Mapping[str, Any]) -> MartExpectations:
    unknown = sorted(set(declared) - _TABLE_KEYS)
    if unknown or "key" not in declared or table.count(".") != 1:
        raise SettingsInvalid(
            f"{path.name}: {table} needs the form schema.table, a `key`, and none but "
            f"{', '.join(sorted(_TABLE_KEYS))}; found {', '.join(unknown) or sorted(declared)}."
        )
    expectations = tuple(_tuned(e, declared, path) for e in _expanded(table, declared))
    for chapter in ("mostly", "warn"):
        known = {_short(e) for e in expectations}
        stray = sorted(set(declared.get(chapter, {})) - known)
        if stray:
            raise SettingsInvalid(
                f"{path.name}: {table}.{chapter} names {', '.join(stray)}; expected some of "
                f"{', '.join(sorted(known))}."
            )
    rows_when = {str(k): str(v) for k, v in declared.get("rows_when", {}).items()}
    return MartExpectations(
        table=table, key=str(declared["key"]), rows_when=rows_when, expectations=expectations
    )


def _expanded(table: str, declared: Mapping[str, Any]) -> list[Expectation]:
    def made(
        name: str, kind: Kind, columns: Sequence[str], breaks: str, expected: str, **more: Any
    ) -> Expectation:
        full = f"marts.{table}.{name}"
        return Expectation(full, table, kind, tuple(columns), breaks, expected, **more)

    found = [made("has_rows", "has_rows", (), "", "rows where its streams have rows")]
    for c in declared.get("not_null", ()):
        breaks = f"{identifier(c)} is null"
        found.append(made(f"{c}_not_null", "not_null", (c,), breaks, f"{c} is there"))
    for c in declared.get("unique", ()):
        breaks = f"count(*) over (partition by {identifier(c)}) > 1 and {identifier(c)} is not null"
        found.append(made(f"{c}_unique", "unique", (c,), breaks, f"{c} is there once"))
    for c in declared.get("not_negative", ()):
        breaks, expected = f"{identifier(c)} < 0", f"{c} is at least 0"
        found.append(made(f"{c}_not_negative", "between", (c,), breaks, expected, minimum=0))
    for c in declared.get("rates", ()):
        breaks, expected = f"not {identifier(c)} between 0 and 1", f"{c} is between 0 and 1"
        found.append(made(f"{c}_rate", "between", (c,), breaks, expected, minimum=0, maximum=1))
    for c, (low, high) in declared.get("between", {}).items():
        breaks = f"not {identifier(c)} between {literal(low)} and {literal(high)}"
        expected = f"{c} is between {low} and {high}"
        found.append(
            made(f"{c}_in_range", "between", (c,), breaks, expected, minimum=low, maximum=high)
        )
    for c, values in declared.get("one_of", {}).items():
        breaks = f"{identifier(c)} not in ({', '.join(literal(v) for v in values)})"
        expected = f"{c} is one of {', '.join(map(str, values))}"
        texts = tuple(str(v) for v in values)
        found.append(made(f"{c}_known", "one_of", (c,), breaks, expected, values=texts))
    for first, second in declared.get("in_order", ()):
        breaks = f"{identifier(second)} < {identifier(first)}"
        name, expected = f"{second}_after_{first}", f"{second} is not before {first}"
        found.append(made(name, "in_order", (first, second), breaks, expected))
    for name, condition in declared.get("never", {}).items():
        text = " ".join(str(condition).split())
        found.append(made(name, "never", (), f"({text})", f"never {text}"))
    return found


def _tuned(expectation: Expectation, declared: Mapping[str, Any], path: Path) -> Expectation:
    """With the share of rows and the severity that are declared for it."""
    import dataclasses

    name = _short(expectation)
    if name in declared.get("mostly", {}):
        share = float(declared["mostly"][name])
        if expectation.kind in ("never", "has_rows") or not 0 < share <= 1:
            raise SettingsInvalid(
                f"{path.name}: {expectation.name} cannot hold for a share of {share} of the rows: "
                "expected above 0 and up to 1, and not for `never` or `has_rows`."
            )
        text = f"{expectation.expected} in at least {share:.0%} of the rows"
        expectation = dataclasses.replace(expectation, mostly=share, expected=text)
    if name in declared.get("warn", {}):
        limit = int(declared["warn"][name])
        expectation = dataclasses.replace(expectation, severity="warn", warn_limit=limit)
    return expectation


def _short(expectation: Expectation) -> str:
    return expectation.name.rsplit(".", 1)[1]
