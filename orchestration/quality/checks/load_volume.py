"""Gate 1: the number of rows of a load, compared with earlier loads of its stream."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median_low
from typing import Annotated

from orchestration.quality.limits import About
from orchestration.quality.outcomes import Finding
from orchestration.quality.registry import check
from orchestration.quality.subjects import LandedLoad


@check(
    gate=1,
    name="loads.volume",
    on="each new load",
    per="load",
    policy="warn",
    remedy="Ask whether the export was complete, and deliver it again if not; where such days are usual, "
    "raise `limits.volume_drop_share` of the source.",
)
def volume(
    landed: LandedLoad,
    *,
    volume_drop_share: Annotated[
        float, About("how much smaller than usual a load may be", high=1)
    ] = 0.9,
    history_loads: Annotated[
        int, About("last loads of a stream that say what is usual", low=1)
    ] = 5,
    smallest_usual_rows: Annotated[
        int, About("usual rows of a load from which on it is checked")
    ] = 20,
) -> Finding:
    """Rows of a load, compared with the last load of the same files, else with the median of the last loads."""
    load, before = landed.load, landed.before
    same_files = [earlier for earlier in before if set(earlier.files) == set(load.files)][-1:]
    last = same_files if len(before) < 2 else before[-history_loads:]
    usual = median_low([earlier.rows_landed for earlier in last]) if last else 0
    least = round(usual * (1 - volume_drop_share), 6)
    return Finding(
        passed=usual < smallest_usual_rows or load.rows_landed > least,
        observed=f"{load.rows_landed:,} rows, {landed.name}",
        expected=f"about {usual:,} rows, as in its last {len(last)} load(s)"
        if last
        else "no history yet",
    )


@check(
    gate=1,
    name="loads.snapshot",
    on="each new load",
    per="load",
    remedy="Deliver the whole snapshot again: rows that it lacks count as deleted. Where the files hold "
    "changes only, take `snapshot` out of embudo.yml.",
)
def snapshot(
    landed: LandedLoad,
    *,
    snapshot_drop_share: Annotated[
        float, About("how much smaller than the last one a full snapshot may be", high=1)
    ] = 0.5,
) -> Iterator[Finding]:
    """Rows per file of a full snapshot, compared with the load before: what a snapshot lacks counts as deleted."""
    if not landed.is_snapshot:
        return
    load = landed.load
    last = landed.before[-1] if landed.before else None
    usual = last.rows_landed / len(last.files) if last else 0
    rows = load.rows_landed / len(load.files)
    yield Finding(
        passed=rows >= usual * (1 - snapshot_drop_share),
        observed=f"{rows:,.0f} rows in a full snapshot, {landed.name}",
        expected=f"about {usual:,.0f}, as in the one before; what a snapshot lacks counts as deleted"
        if last
        else "no snapshot before it",
    )
