"""A waiver lets through what was seen, or nearly that; never what came afterwards."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from orchestration.quality.waiver_scope import LOAD_QUARANTINED, covers, not_covered
from tests.unit.quality.factories import result
from tests.waivers import waiver_of

SEEN = replace(
    result("metric.revenue", passed=False),
    observed="4,000 in 2025-11, 12.5 deviations",
    failures=10,
)


@pytest.mark.parametrize(
    ("observed", "failures", "covered"),
    [
        (SEEN.observed, 10, True),
        ("4,350 in 2025-11, 13.1 deviations", 11, True),
        ("4,000 in 2025-11, 12.5 deviations" + LOAD_QUARANTINED, 10, True),
        ("40,000 in 2025-11, 12.5 deviations", 10, False),
        ("4,000 in 2025-12, 12.5 deviations", 10, False),
        ("4,000 in 2025-11, 12.5 deviations", 12, False),
        ("-4,000 in 2025-11, 12.5 deviations", 10, False),
        ("4,000 in 2025-11, 12.5 deviations; 3 in 2025-12", 10, False),
        ("something else", 0, False),
    ],
)
def test_what_a_waiver_covers(observed: str, failures: int, covered: bool) -> None:
    assert covers(waiver_of(SEEN), replace(SEEN, observed=observed, failures=failures)) is covered


def test_a_waiver_for_several_findings_covers_each() -> None:
    both = replace(SEEN, observed=f"5 rows of June\n{SEEN.observed}")
    assert covers(waiver_of(both), SEEN)


def test_a_waiver_without_what_was_seen_or_past_its_end_covers_nothing() -> None:
    waiver = waiver_of(SEEN)
    assert not covers(replace(waiver, seen=None), SEEN)
    assert "names no refresh" in not_covered(replace(waiver, seen=None))
    assert not covers(replace(waiver, until=datetime(2026, 1, 1, tzinfo=UTC)), SEEN)
