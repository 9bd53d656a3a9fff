"""Calls beside agents' states."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.quality.agreements.companies import TALKS, Made, after_release, assert_stops, talks

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("before", "new", "title", "text"),
    [
        (
            [TALKS],
            [talks(count=60, seq=2, first=400), talks(count=60, seq=2, first=400, late=1)],
            "agree.agent_states.agent_states on crm.agent_states",
            "60 of 119 new ones (50.4%, 0.0% before) begin before the agent's state before has ended",
        ),
        (
            [TALKS],
            [talks(count=60, seq=2, first=400, moved=-30)],
            "agree.calls.agent_states on crm.calls",
            "are answered by agents who were not logged in",
        ),
        (
            [TALKS],
            [talks(count=300, seq=2, first=400, state="available")],
            "agree.calls.agent_states on crm.calls",
            "(days of an agent with calls) are never on a call in states",
        ),
    ],
)
def test_new_rows_on_which_the_streams_disagree_stop(
    tmp_path: Path, before: list[Made], new: list[Made], title: str, text: str
) -> None:
    assert_stops(tmp_path, before, new, title=title, text=text)


@pytest.mark.parametrize(
    ("before", "new"),
    [
        ([TALKS], [talks(count=60, seq=2, first=400)]),
        ([(TALKS[0][:1], [])], [(talks(count=60, seq=2, first=400)[0][:1], [])]),
    ],
)
def test_streams_that_agree_as_before_pass(
    tmp_path: Path, before: list[Made], new: list[Made]
) -> None:
    assert after_release(tmp_path, before, new) == {}
