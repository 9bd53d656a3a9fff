"""What counts as caught: a check that names the stream, and that the undamaged month does not raise too."""

from __future__ import annotations

import pytest

from tests.gate_trials.damages import kind
from tests.gate_trials.damages.records import Damage
from tests.gate_trials.honest_table import is_quiet
from tests.gate_trials.judgement import Judged, judge
from tests.gate_trials.tables import summary
from tests.gate_trials.trial import Alarm, Trial

STOPS = Alarm("loads.values on crm.deals", True, "amount is 100 times")
WARNS = Alarm("profile.funnel.fct_deals on fct_deals", False, "owner_key has one value")
OF_ANOTHER = Alarm("metric.revenue on revenue", True, "June is 0")


def _trial(*alarms: Alarm, error: str = "") -> Trial:
    return Trial("one_owner", 1.0, Damage(("crm.deals",), 5), alarms, 1.0, error)


def _judged(*alarms: Alarm, usual: tuple[str, ...] = (), error: str = "") -> Judged:
    return judge(kind("one_owner"), _trial(*alarms, error=error), usual=usual)


@pytest.mark.parametrize(
    ("alarms", "usual", "outcome", "is_caught"),
    [
        ((), (), "silent", False),
        ((WARNS,), (), "warned", True),
        ((WARNS, STOPS), (), "stopped", True),
        ((OF_ANOTHER,), (), "stopped", False),
        ((STOPS,), (STOPS.title,), "silent", False),
    ],
)
def test_outcome(
    alarms: tuple[Alarm, ...], usual: tuple[str, ...], outcome: str, is_caught: bool
) -> None:
    judged = _judged(*alarms, usual=usual)
    assert (judged.outcome, judged.is_caught) == (outcome, is_caught)


def test_an_error_is_no_merit_of_the_gate() -> None:
    judged = _judged(error="KeyError: 'x'")
    assert (judged.outcome, judged.as_expected) == ("error", False)


def test_the_summary_counts_what_was_caught_and_names_what_was_not() -> None:
    text = summary([_judged(STOPS), _judged(WARNS), _judged(OF_ANOTHER), _judged()])
    assert "4 trials: 2 (50 %) caught by a check that names the stream, 2 (50 %) stopped." in text
    assert "Silent: one_owner." in text
    assert "Warned of, though they have to stop: one_owner." in text


def test_honest_changes_are_quiet_with_a_warning_each_and_no_stop() -> None:
    assert is_quiet([_trial(WARNS), _trial()])
    assert not is_quiet([_trial(WARNS, WARNS), _trial(WARNS)])
    assert not is_quiet([_trial(STOPS), _trial(), _trial()])
