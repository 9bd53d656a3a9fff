"""Suite files: what the gate checks in one mart, declared beside it in `models/<schema>/_<mart>__checks.yml`.

    key: order_key                   # the column that names a row in samples (never contact data)
    rows_when: {orders: "true"}      # stream: condition; the mart must have rows where all these streams have such rows
    expect:                          # what must be true of the mart's rows (`expectations`)
      not_null: [column, …]          # also unique, not_negative, rates (0 to 1)
      between: {column: [low, high]}
      one_of: {column: [value, …]}
      in_order: [[earlier column, later column], …]
      never: {name: condition in SQL that no row may meet}
      mostly: {name: share of the rows that must meet it}
      warn: {name: how many rows may break it with a warning; more stop the release}
      remedies: {name: what somebody should do where it is broken}
    reconcile: {name: …}             # with landed rows: check reconcile.<name>
    parts: {name: …}                 # with another mart: check parts.<name>
    metric_months: {metric: …}       # months of a metric: check reconcile.metric.<metric>

dbt's tests cover keys, relationships and accepted values; here stands what must be true of the figures. The
forms under `reconcile`, `parts` and `metric_months` are explained in `reconciliation_sql`. dbt reads these files too
and ignores keys that are not its own, so none may be named like one of its own (`models`, `metrics`, …).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from orchestration.core.errors import SettingsInvalid
from orchestration.quality import expectations
from orchestration.quality.expectations import Expectation, expectations_of
from orchestration.quality.reconciliation_sql import Reconciliation, reconciliations_of
from orchestration.settings.project import PROJECT_ROOT

_SUFFIX = "__checks.yml"
_KEYS = {"key", "rows_when", "expect", "reconcile", "parts", "metric_months"}


@dataclass(frozen=True)
class MartSuite:
    """All that is checked in one mart by its suite file. `key` is the column that names a row in samples."""

    table: str
    key: str
    rows_when: Mapping[str, str] = field(default_factory=dict)
    expectations: tuple[Expectation, ...] = ()
    reconciliations: tuple[Reconciliation, ...] = ()


def read_suites(root: Path = PROJECT_ROOT) -> tuple[MartSuite, ...]:
    """The suites of a project, mart by mart; raises `SettingsInvalid` naming the file and the key."""
    models = root / "models"
    return tuple(
        read_suite(path, table=_table_of(path, models)) for path in models.rglob(f"*{_SUFFIX}")
    )


def read_suite(path: Path, *, table: str) -> MartSuite:
    """The suite of one mart; raises `SettingsInvalid`."""
    import yaml

    declared = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader) or {}
    expected = declared.get("expect") or {}
    unknown = sorted({*set(declared) - _KEYS, *set(expected) - expectations.KEYS})
    if unknown or "key" not in declared:
        keys_there = ", ".join(unknown) or ", ".join(sorted(declared)) or "nothing"
        raise SettingsInvalid(
            f"{path.name} needs a `key` and may have {', '.join(sorted(_KEYS - {'key'}))}, under "
            f"`expect` {', '.join(sorted(expectations.KEYS))}; found {keys_there}."
        )
    key = str(declared["key"])
    return MartSuite(
        table=table,
        key=key,
        rows_when={str(k): str(v) for k, v in (declared.get("rows_when") or {}).items()},
        expectations=expectations_of(table, expected, file=path.name),
        reconciliations=reconciliations_of(table, key, declared, file=path.name),
    )


def _table_of(path: Path, models: Path) -> str:
    """`schema.table` of a suite's mart: its folder under `models`, and its name."""
    mart = path.name.removeprefix("_").removesuffix(_SUFFIX)
    beside: Mapping[str, Any] = {s: path.with_name(f"{mart}{s}") for s in (".sql", ".py")}
    if not any(model.is_file() for model in beside.values()):
        raise SettingsInvalid(
            f"{path.relative_to(models.parent)} is the suite of no model: expected {mart}.sql beside it. "
            "Rename the suite with its model, or remove it."
        )
    return f"{path.relative_to(models).parts[0]}.{mart}"
