"""Gate 1: rows of a load that break the contract or repeat a key."""

from __future__ import annotations

from typing import Annotated

from orchestration.quality.limits import About
from orchestration.quality.outcomes import Finding
from orchestration.quality.registry import check
from orchestration.quality.subjects import LandedLoad


@check(
    gate=1,
    name="loads.quarantine_share",
    on="each new load",
    per="load",
    has_share=True,
    remedy="`embudo quarantine` lists the rows with file, line and reason: fix the file or its mapping; "
    "where such a share is usual, raise `limits.quarantine_share` of the source.",
)
def quarantine_share(
    landed: LandedLoad,
    *,
    quarantine_share: Annotated[
        float, About("rows of a load that may break the contract", high=1)
    ] = 0.05,
) -> Finding:
    """Rows of a load that break the contract, as a share of its rows."""
    load, profile = landed.load, landed.profile
    rows = load.rows_landed + load.rows_quarantined
    broken = load.rows_quarantined - (profile.resolved if profile else 0)
    share = broken / rows if rows else 0.0
    examples = "; ".join(profile.quarantined) if profile else ""
    return Finding(
        passed=share <= quarantine_share,
        observed=f"{broken:,} of {rows:,} rows ({share:.1%}) in quarantine, {landed.name}"
        + (f" (e.g. {examples})" if examples and share > quarantine_share else ""),
        expected=f"at most {quarantine_share:.1%} (see `embudo quarantine`)",
        failures=broken,
        rows=rows,
    )


@check(
    gate=1,
    name="loads.duplicate_keys",
    on="each new load",
    per="load",
    has_share=True,
    policy="warn",
    remedy="Map a key in embudo.yml that distinguishes these rows; where the file holds versions of a record "
    "on purpose, raise `limits.duplicate_share`.",
)
def duplicate_keys(
    landed: LandedLoad,
    *,
    duplicate_share: Annotated[
        float, About("rows of a load that may share a key and differ", high=1)
    ] = 0.0,
) -> Finding:
    """Rows of a load that share a key with another row of their file and differ from it; the last counts.

    Identical rows, and rows with another time of change, are no such rows.
    """
    load, profile = landed.load, landed.profile
    repeated = profile.repeated if profile else 0
    share = repeated / load.rows_landed if load.rows_landed else 0.0
    lines = profile.repeated_lines if profile else ()
    return Finding(
        passed=share <= duplicate_share,
        observed=f"{repeated:,} of {load.rows_landed:,} rows ({share:.1%}) share the key of another row of "
        f"their file and differ from it, {landed.name}"
        + (f" (e.g. {'; '.join(lines)})" if lines else ""),
        expected=f"at most {duplicate_share:.1%}; of such rows the last counts",
        failures=repeated,
        rows=load.rows_landed,
    )


@check(
    gate=1,
    name="loads.exponent_ids",
    on="each new load",
    per="load",
    policy="warn",
    remedy="Export the column as text; where such ids are codes, set `limits.exponent_id_share: 1`.",
)
def exponent_ids(
    landed: LandedLoad,
    *,
    exponent_id_share: Annotated[
        float, About("rows of a load whose ids may look like 12E4", high=1)
    ] = 0.0,
) -> Finding:
    """Ids of a load like `12E4`: codes, or numbers that a spreadsheet has shortened. They are kept."""
    load, profile = landed.load, landed.profile
    exponents = profile.exponents if profile else ()
    rows = sum(column.rows for column in exponents)
    share = (
        max((column.rows for column in exponents), default=0) / load.rows_landed
        if exponents
        else 0.0
    )
    columns = "; ".join(
        f"{column.column}: {column.rows:,} of {load.rows_landed:,} (e.g. {', '.join(column.lines)})"
        for column in exponents
    )
    return Finding(
        passed=share <= exponent_id_share,
        observed=f"{columns or 'no id'} written with an exponent, {landed.name}",
        expected=f"at most {exponent_id_share:.1%} of its rows",
        failures=rows,
    )
