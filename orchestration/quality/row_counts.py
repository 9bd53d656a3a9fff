"""Gate 3d: the rows of each mart against the last release.

An incremental refresh adds to history and changes it, but does not lose it. What the rows hold
belongs to the other checks.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from orchestration.core.records import CheckResult
from orchestration.quality.databases import Databases, identifier
from orchestration.quality.judgement import could_not_run, judged

GATE = 3

_SMALL = 50
"""A mart with fewer rows than this may halve without meaning anything."""


def marts_of(manifest: Mapping[str, Any]) -> tuple[str, ...]:
    """`schema.table` of every mart that dbt builds."""
    return tuple(
        sorted(
            f"{node['schema']}.{node.get('alias') or node['name']}"
            for node in manifest["nodes"].values()
            if node["resource_type"] == "model" and node["database"] == "marts"
        )
    )


def row_count_names(manifest: Mapping[str, Any]) -> dict[str, str]:
    """Check name to the mart that it looks at."""
    return {f"rows.{mart}": mart.split(".")[1] for mart in marts_of(manifest)}


def check_row_counts(
    manifest: Mapping[str, Any],
    *,
    databases: Databases,
    previous: Mapping[str, int],
    lost_share: float = 0.2,
    replaced: Collection[str] = (),
) -> tuple[CheckResult, ...]:
    """One result a mart. `previous` is mart to rows in the last release (empty: no release, or a
    full rebuild of purpose); a mart that is missing has failed. Marts in `replaced` are not held
    against it.
    """
    marts = marts_of(manifest)
    try:
        with databases.open() as connection:
            found = {
                f"{schema}.{table}"
                for schema, table in connection.execute(
                    "select table_schema, table_name from information_schema.tables "
                    "where table_catalog = 'marts'"
                ).fetchall()
            }
            counts = {
                mart: int(
                    connection.execute(f"select count(*) from {_relation(mart)}").fetchall()[0][0]
                )
                for mart in marts
                if mart in found
            }
    except databases.errors as error:
        return tuple(_broken(mart, str(error)) for mart in marts)
    return tuple(
        _judged(mart, counts[mart], 0 if mart in replaced else previous.get(mart, 0), lost_share)
        if mart in counts
        else _broken(mart, "the table is not in marts.duckdb")
        for mart in marts
    )


def _judged(mart: str, rows: int, before: int, lost_share: float) -> CheckResult:
    lost = max(before - rows, 0)
    return judged(
        gate=GATE,
        name=f"rows.{mart}",
        subject=mart.split(".")[1],
        good=before < _SMALL or lost <= before * lost_share,
        observed=f"{rows:,} rows",
        expected=f"at least {before * (1 - lost_share):,.0f}, since the last release has {before:,}"
        if before
        else "no release to compare with",
        failures=lost,
    )


def _relation(mart: str) -> str:
    return "marts." + ".".join(identifier(part) for part in mart.split("."))


def _broken(mart: str, reason: str) -> CheckResult:
    return could_not_run(
        gate=GATE,
        name=f"rows.{mart}",
        subject=mart.split(".")[1],
        expected="a table to count",
        reason=reason,
    )
