"""Gate 1: rows of a load that break the contract or repeat a key."""

from __future__ import annotations

from orchestration.quality.outcomes import Finding
from orchestration.quality.registry import check
from orchestration.quality.subjects import LandedLoad


@check(gate=1, name="loads.quarantine_share", on="each new load", per="load")
def quarantine_share(landed: LandedLoad, *, quarantine_share: float = 0.05) -> Finding:
    """Rows of a load that break the contract, as a share of its rows."""
    load, profile = landed.load, landed.profile
    rows = load.rows_landed + load.rows_quarantined
    broken = load.rows_quarantined - (profile.resolved if profile else 0)
    share = broken / rows if rows else 0.0
    return Finding(
        passed=share <= quarantine_share,
        observed=f"{broken:,} of {rows:,} rows ({share:.1%}) in quarantine, load {load.load_id}",
        expected=f"at most {quarantine_share:.1%} (see `embudo quarantine`)",
        failures=broken,
    )


@check(
    gate=1,
    name="loads.duplicate_keys",
    on="each new load",
    per="load",
    policy="warn",
    remedy="Check that the key in embudo.yml identifies one record; where the file repeats records on "
    "purpose, raise `duplicate_share` of the gate's limits.",
)
def duplicate_keys(landed: LandedLoad, *, duplicate_share: float = 0.5) -> Finding:
    """Rows of a load that repeat a key of their file; of rows with the same key the newest counts."""
    load, profile = landed.load, landed.profile
    repeated = profile.repeated if profile else 0
    share = repeated / load.rows_landed if load.rows_landed else 0.0
    return Finding(
        passed=share <= duplicate_share,
        observed=f"{repeated:,} of {load.rows_landed:,} rows ({share:.1%}) repeat a key of their file, "
        f"load {load.load_id}",
        expected=f"at most {duplicate_share:.1%}; of rows with the same key the newest counts",
        failures=repeated,
    )
