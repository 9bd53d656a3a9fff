"""Which damages share a refresh: none whose streams checks compare, none that touches a whole source."""

from __future__ import annotations

from tests.gate_trials.damages import KINDS, kind
from tests.gate_trials.runner import Plan
from tests.gate_trials.together import groups
from tests.gate_trials.trial import target_of


def test_every_plan_is_in_one_group_and_no_stream_twice_in_a_group() -> None:
    plans = [Plan(one.name, "1") for one in KINDS]
    found = groups(plans)
    assert sorted(plan.kind for group in found for plan in group) == sorted(k.name for k in KINDS)
    for group in found:
        streams = [target_of(kind(plan.kind), seed=plan.seed).stream.name for plan in group]
        assert len(set(streams)) == len(streams) <= 7


def test_a_damage_to_a_whole_source_is_alone() -> None:
    found = groups([Plan("source_missing", "1"), Plan("targets_doubled", "1")])
    assert [len(group) for group in found] == [1, 1]
