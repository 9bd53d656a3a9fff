"""Gate 1: shares, volumes, files set aside, streams that must come."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime

import pytest

from orchestration.core.records import LandingResult, Load, RejectedFile
from orchestration.quality.loads import REQUIRED, LoadLimits, OnBreach, SourceLimits, check_loads


def load(
    seq: int, *, landed: int = 100, quarantined: int = 0, stream: str = "deals", source: str = "crm"
) -> Load:
    return Load(
        load_id=f"l{seq}",
        load_seq=seq,
        source=source,
        stream=stream,
        landed_at=datetime(2026, 7, 1, tzinfo=UTC),
        rows_read=landed + quarantined,
        rows_landed=landed,
        rows_quarantined=quarantined,
        rows_skipped=0,
        files=(f"deals_{seq}.csv",),
        size_bytes=1,
    )


def test_every_required_check_is_there_when_nothing_is_new() -> None:
    checks = check_loads(LandingResult(loads=()), history=(), limits=LoadLimits()).checks
    assert {check.name for check in checks} == set(REQUIRED)
    assert {check.outcome for check in checks} == {"pass"}


@pytest.mark.parametrize(
    ("landed", "quarantined", "outcome"),
    [(95, 5, "pass"), (94, 6, "fail"), (0, 0, "pass"), (0, 3, "fail")],
)
def test_the_share_in_quarantine_stops_above_its_limit(
    landed: int, quarantined: int, outcome: str
) -> None:
    result = LandingResult(loads=(load(1, landed=landed, quarantined=quarantined),))
    verdict = check_loads(result, history=(), limits=LoadLimits())
    (check,) = (c for c in verdict.checks if c.name == "loads.quarantine_share")
    assert check.outcome == outcome
    assert check.subject == "crm.deals"
    assert verdict.set_aside == {}


@pytest.mark.parametrize(
    ("policy", "outcome", "aside"),
    [("warn", "warn", ()), ("set_aside", "warn", ("l1",)), ("stop", "fail", ())],
)
def test_a_source_says_what_a_breach_does(
    policy: OnBreach, outcome: str, aside: tuple[str, ...]
) -> None:
    result = LandingResult(loads=(load(1, landed=50, quarantined=50),))
    own = SourceLimits(on_breach={"loads.quarantine_share": policy})
    limits = LoadLimits(sources={"crm": own})
    verdict = check_loads(result, history=(), limits=limits)
    assert next(c for c in verdict.checks if c.name == "loads.quarantine_share").outcome == outcome
    assert tuple(verdict.set_aside) == aside


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


def test_a_first_load_and_a_small_stream_have_no_usual_volume() -> None:
    other_file = dataclasses.replace(load(1, landed=1000), files=("before.csv",))
    for history in ([], [other_file], [load(1, landed=12), load(2, landed=12)]):
        verdict = check_loads(
            LandingResult(loads=(load(3, landed=0),)), history=history, limits=LoadLimits()
        )
        assert all(check.outcome == "pass" for check in verdict.checks)


def test_files_set_aside_warn_by_name() -> None:
    aside = RejectedFile(
        source="crm", stream="deals", file="deals_7.csv", reason="column Id is missing"
    )
    verdict = check_loads(
        LandingResult(loads=(), rejected_files=(aside,)), history=(), limits=LoadLimits()
    )
    (check,) = (c for c in verdict.checks if c.name == "loads.files_set_aside")
    assert check.outcome == "warn"
    assert "deals_7.csv" in check.observed
    assert "column Id is missing" in check.observed


def test_a_required_stream_that_never_came_stops() -> None:
    verdict = check_loads(
        LandingResult(loads=(load(2),)),
        history=(load(1, stream="users"),),
        limits=LoadLimits(),
        required_streams=("crm.deals", "crm.users", "pbx.calls"),
    )
    found = {c.subject: c.outcome for c in verdict.checks if c.name == "loads.required_streams"}
    assert found == {"crm.deals": "pass", "crm.users": "pass", "pbx.calls": "fail"}


@pytest.mark.parametrize(
    ("landed", "files", "outcome"),
    [(100, 1, "pass"), (50, 1, "pass"), (49, 1, "fail"), (0, 1, "fail"), (49, 2, "fail")],
)
def test_a_full_snapshot_much_smaller_than_the_one_before_stops(
    landed: int, files: int, outcome: str
) -> None:
    """I5: it would delete what it lacks. Rows are counted a file, as a load may hold several snapshots."""
    earlier = dataclasses.replace(load(1, landed=200), files=("1.csv", "2.csv"))
    new = dataclasses.replace(load(2, landed=landed), files=tuple(f"{n}.csv" for n in range(files)))
    limits = LoadLimits(SourceLimits(snapshots=frozenset({"deals"})))
    checks = check_loads(LandingResult(loads=(new,)), history=[earlier], limits=limits).checks
    (check,) = (c for c in checks if c.name == "loads.snapshot")
    assert check.outcome == outcome
    other = check_loads(LandingResult(loads=(new,)), history=[earlier], limits=LoadLimits()).checks
    assert [c.outcome for c in other if c.name == "loads.snapshot"] == ["pass"]


def test_a_shrunk_snapshot_that_is_set_aside_leaves_the_rest_to_go_on() -> None:
    limits = LoadLimits(
        SourceLimits(snapshots=frozenset({"deals"}), on_breach={"loads.snapshot": "set_aside"})
    )
    new = LandingResult(loads=(load(2, landed=10),))
    verdict = check_loads(new, history=[load(1)], limits=limits)
    assert list(verdict.set_aside) == ["l2"]
    assert verdict.set_aside["l2"].name == "loads.snapshot"
