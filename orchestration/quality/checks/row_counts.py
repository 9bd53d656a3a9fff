"""Gate 3: the rows of each mart, compared with the last release.

An incremental refresh adds to history and changes it, but does not lose it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated

from orchestration.quality.limits import About
from orchestration.quality.marts import marts_of, relation_of, table_of
from orchestration.quality.outcomes import Finding, could_not_run
from orchestration.quality.registry import check
from orchestration.quality.subjects import Definitions, GateInput


def row_count_names(definitions: Definitions) -> Mapping[str, str]:
    """One check per mart."""
    return {f"rows.{mart}": table_of(mart) for mart in marts_of(definitions.manifest)}


@check(
    gate=3,
    name="rows.<mart>",
    compares="release",
    has_share=True,
    on="each mart",
    names=row_count_names,
    remedy="Look for files that were delivered incomplete, a snapshot with fewer rows, or a model or "
    "mapping that was changed; if the rows are meant to go, waive it.",
)
def row_counts(
    candidate: GateInput,
    *,
    rows_lost_share: Annotated[
        float, About("rows that a mart may have fewer than in the last release", high=1)
    ] = 0.2,
    smallest_rows: Annotated[int, About("rows of a mart from which on it is checked")] = 50,
) -> Iterator[Finding]:
    """Rows that a mart lost since the last release; a mart that is missing has failed."""
    previous = candidate.previous_rows
    with candidate.databases.open() as connection:
        tables = connection.execute(
            "select table_schema || '.' || table_name from information_schema.tables "
            "where table_catalog = 'marts'"
        ).fetchall()
        present = {str(name) for (name,) in tables}
        for mart in marts_of(candidate.manifest):
            name, subject = f"rows.{mart}", table_of(mart)
            if mart not in present:
                yield could_not_run(
                    name=name,
                    subject=subject,
                    expected="a table to count",
                    reason="the table is not in marts.duckdb",
                )
                continue
            row = connection.execute(f"select count(*) from {relation_of(mart)}").fetchone()
            rows, before = int(row[0]) if row else 0, previous.get(mart, 0)
            lost = max(before - rows, 0)
            least = before * (1 - rows_lost_share)
            yield Finding(
                name=name,
                subject=subject,
                passed=before < smallest_rows or lost <= before * rows_lost_share,
                observed=f"{rows:,} rows",
                expected=f"at least {least:,.0f}, since the last release has {before:,}"
                if before
                else "no release to compare with",
                failures=lost,
                rows=before,
            )
