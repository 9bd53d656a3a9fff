"""Gate 3: what was changed on purpose since the last release, said once, so that no change switches the gate off."""

from __future__ import annotations

from collections.abc import Iterator

from orchestration.quality.outcomes import Finding
from orchestration.quality.registry import check
from orchestration.quality.subjects import GateInput
from orchestration.settings.gate_rules import CHANGES_CHECK

_NOTE = "; what differs from that release for this reason is not told from what differs for another"


@check(
    gate=3,
    name=CHANGES_CHECK,
    on="all models",
    policy="warn",
    remedy="Nothing, if the change is meant: the next refresh compares with this release. `embudo diff` and the "
    "warnings beside this one show what moved.",
)
def changes_since_release(candidate: GateInput) -> Iterator[Finding]:
    """Mappings, and settings that figures depend on, that are others than those of the release compared with: what is
    compared with it warns instead of stopping, shares that it kept are counted from the start.
    """
    changes = candidate.affected.changes
    expected = "the mappings and settings of the release that is compared with"
    for source, stream in sorted(changes.mappings):
        is_kept = (source, stream) in changes.kept
        yield Finding(
            passed=False,
            severity="warn",
            subject=f"{source}.{stream}",
            observed=changes.of_mapping(source, stream)
            + ("; rows whose files are gone stay mapped as they were" if is_kept else "")
            + _NOTE,
            expected=expected,
            failures=1,
        )
    settings = list(changes.of_settings())
    if settings:
        yield Finding(
            passed=False,
            severity="warn",
            observed="; ".join(settings) + _NOTE,
            expected=expected,
            failures=len(settings),
        )
    if not (changes.mappings or settings):
        yield Finding(passed=True, observed="nothing was changed", expected=expected)
