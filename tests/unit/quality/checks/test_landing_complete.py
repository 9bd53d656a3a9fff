"""Gate 1: rejected files, new columns, required streams, sources that do not answer."""

from __future__ import annotations

import pytest

from orchestration.core.records import (
    CopiedFiles,
    LandingResult,
    NewColumns,
    RejectedFile,
    RemovedStream,
    SourceFailure,
)
from orchestration.quality.loads import LoadLimits, check_loads
from tests.unit.quality.factories import load


def test_rejected_files_warn_by_name() -> None:
    rejected = RejectedFile(
        source="crm", stream="deals", file="deals_7.csv", reason="column Id is missing"
    )
    verdict = check_loads(
        LandingResult(loads=(), rejected_files=(rejected,)), history=(), limits=LoadLimits()
    )
    (check,) = (c for c in verdict.checks if c.name == "loads.rejected_files")
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
    outcomes = {c.subject: c.outcome for c in verdict.checks if c.name == "loads.required_streams"}
    assert outcomes == {"crm.deals": "pass", "crm.users": "pass", "pbx.calls": "fail"}


def test_a_new_column_warns_by_name() -> None:
    new = NewColumns(source="crm", stream="deals", file="deals_7.csv", columns=("prio",))
    landed = LandingResult(loads=(), new_columns=(new,))
    verdict = check_loads(landed, history=(), limits=LoadLimits())
    (check,) = (c for c in verdict.checks if c.name == "loads.new_columns")
    assert (check.outcome, check.subject) == ("warn", "crm.deals")
    assert "deals_7.csv has prio" in check.observed


@pytest.mark.parametrize(("is_fatal", "outcome"), [(True, "fail"), (False, "warn")])
def test_a_source_that_does_not_answer_stops_by_its_policy(is_fatal: bool, outcome: str) -> None:
    failure = SourceFailure(source="pbx", stream="calls", reason="401", is_fatal=is_fatal)
    landed = LandingResult(loads=(), failures=(failure,))
    verdict = check_loads(landed, history=(), limits=LoadLimits())
    (check,) = (c for c in verdict.checks if c.name == "loads.sources_answered")
    assert (check.outcome, check.subject, check.observed) == (outcome, "pbx.calls", "401")


def test_a_stream_that_left_the_settings_warns_with_its_rows() -> None:
    gone = RemovedStream(
        "pbx", "calls", ("l1", "l2"), files=3, rows=1234, known_as=("tel",), known_files=1
    )
    verdict = check_loads(LandingResult(loads=(), removed=(gone,)), history=(), limits=LoadLimits())
    (check,) = (c for c in verdict.checks if c.name == "loads.removed_streams")
    assert (check.outcome, check.subject, check.failures) == ("warn", "pbx.calls", 1234)
    assert check.observed == (
        "embudo.yml no longer names pbx.calls: 1,234 rows of 2 load(s) no longer count "
        "(1 of its 3 files count as tel.calls)"
    )


def test_a_stream_with_a_new_name_is_no_warning() -> None:
    renamed = RemovedStream(
        "pbx", "calls", ("l1",), files=1, rows=9, known_as=("tel",), known_files=1
    )
    landed = LandingResult(loads=(), removed=(renamed,))
    verdict = check_loads(landed, history=(), limits=LoadLimits())
    (check,) = (c for c in verdict.checks if c.name == "loads.removed_streams")
    assert check.outcome == "pass"
    assert check.observed.startswith("pbx.calls is tel.calls now: its 1 file(s) with 9 rows")


def test_files_of_two_sources_warn_with_both_names() -> None:
    copied = CopiedFiles("crm", "calls", "pbx", files=("a.csv", "b.csv"))
    landed = LandingResult(loads=(), copied=(copied,))
    verdict = check_loads(landed, history=(load(2),), limits=LoadLimits())
    (check,) = (c for c in verdict.checks if c.name == "loads.copied_files")
    assert (check.outcome, check.subject, check.failures) == ("warn", "crm.calls", 2)
    assert check.observed == "a.csv and 1 more landed as pbx.calls too, by the same mapping"
