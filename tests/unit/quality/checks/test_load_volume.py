"""Gate 1: a load much smaller than usual, and a full snapshot that is cut short."""

from __future__ import annotations

import dataclasses

import pytest

from orchestration.core.records import LandingResult
from orchestration.quality.loads import LoadLimits, SourceLimits, check_loads
from tests.unit.quality.factories import load


@pytest.mark.parametrize(
    ("landed", "outcome"), [(100, "pass"), (11, "pass"), (9, "warn"), (0, "warn")]
)
def test_a_load_under_a_tenth_of_the_usual_warns(landed: int, outcome: str) -> None:
    # the median of the last five is 100, of all six 100 as well; another stream is no history
    history = [load(n, landed=rows) for n, rows in enumerate((9000, 90, 100, 100, 110, 5000))]
    history.append(load(7, landed=90_000, stream="calls"))
    verdict = check_loads(
        LandingResult(loads=(load(8, landed=landed),)), history=history, limits=LoadLimits()
    )
    (check,) = (c for c in verdict.checks if c.name == "loads.volume")
    assert check.outcome == outcome
    assert "100 rows" in check.expected
    assert check.subject == "crm.deals"
    assert check.observed == f"{landed:,} rows, load l8 (deals_8.csv)"


def test_a_first_load_and_a_small_stream_have_no_usual_volume() -> None:
    other_file = dataclasses.replace(load(1, landed=1000), files=("before.csv",))
    for history in ([], [other_file], [load(1, landed=12), load(2, landed=12)]):
        verdict = check_loads(
            LandingResult(loads=(load(3, landed=0),)), history=history, limits=LoadLimits()
        )
        assert all(check.outcome == "pass" for check in verdict.checks)


@pytest.mark.parametrize(
    ("landed", "files", "outcome"),
    [(100, 1, "pass"), (50, 1, "pass"), (49, 1, "fail"), (0, 1, "fail"), (49, 2, "fail")],
)
def test_a_full_snapshot_much_smaller_than_the_one_before_stops(
    landed: int, files: int, outcome: str
) -> None:
    """I5: it would delete what it lacks. Rows are counted per file, as a load may hold several snapshots."""
    earlier = dataclasses.replace(load(1, landed=200), files=("1.csv", "2.csv"))
    new = dataclasses.replace(load(2, landed=landed), files=tuple(f"{n}.csv" for n in range(files)))
    limits = LoadLimits(SourceLimits(snapshots=frozenset({"deals"})))
    checks = check_loads(LandingResult(loads=(new,)), history=[earlier], limits=limits).checks
    (check,) = (c for c in checks if c.name == "loads.snapshot")
    assert check.outcome == outcome
    other = check_loads(LandingResult(loads=(new,)), history=[earlier], limits=LoadLimits()).checks
    assert [c.outcome for c in other if c.name == "loads.snapshot"] == ["pass"]
