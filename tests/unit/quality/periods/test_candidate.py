"""The counts of a candidate, and the words that fingerprints stand for."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.quality.databases import Databases
from orchestration.quality.periods.candidate import periods_of
from orchestration.quality.periods.counting import PERIODS_FILE
from tests.unit.quality.periods.made_up import periods, released

pytestmark = pytest.mark.slow


def test_counts_are_kept_and_words_found_again(tmp_path: Path) -> None:
    release = released(tmp_path)
    assert (release / PERIODS_FILE).exists()
    candidate = periods(release, release)
    assert candidate.zone == "Europe/Madrid"
    assert {stream.subject for stream in candidate.streams} == {
        "pbx.calls",
        "crm.leads",
        "crm.tasks",
    }
    [calls] = [stream for stream in candidate.streams if stream.stream == "calls"]
    queues = calls.months[max(calls.months)].kinds["queue"]
    databases = Databases.of(release)
    assert {candidate.word(databases, "calls", "queue", mark) for mark in queues} == {
        "'sales'",
        "'support'",
        "'billing'",
    }
    assert candidate.word(databases, "calls", "queue", "nothing") == ""
    assert candidate.word(databases, "leads", "email", "nothing") == ""


def test_no_value_is_kept_in_the_clear(tmp_path: Path) -> None:
    release = released(tmp_path)
    kept = (release / PERIODS_FILE).read_bytes()
    assert b"billing" not in kept
    assert b"example.com" not in kept


def test_what_a_release_saw_of_another_mapping_is_not_compared_with(tmp_path: Path) -> None:
    release = released(tmp_path)
    databases = Databases.of(release)
    remapped = periods_of(databases, release, release, remapped={("pbx", "calls")})
    seen = {stream.subject: bool(stream.seen) for stream in remapped.streams}
    assert seen == {"pbx.calls": False, "crm.leads": True, "crm.tasks": True}
