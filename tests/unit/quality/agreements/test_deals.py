"""Stage changes beside deals."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.quality.agreements.companies import WON, Made, after_release, assert_stops, deals

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("before", "new", "title", "text"),
    [
        (
            [WON],
            [deals(count=60, seq=2, first=400, changed="'New'")],
            "agree.deal_stage_changes.deals on crm.deal_stage_changes",
            "(deals) are in another stage than their last change",
        ),
        (
            [WON],
            [deals(count=60, seq=2, first=400, entered="-30")],
            "agree.deal_stage_changes.deals on crm.deal_stage_changes",
            "60 of 60 new ones (100.0%, 0.0% before) are before their deal was created",
        ),
        (
            [WON],
            [deals(count=60, seq=2, first=400, of="(i - 300)")],
            "agree.deal_stage_changes.deals on crm.deal_stage_changes",
            "(deals) have no stage change",
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
        ([WON], [deals(count=60, seq=2, first=400)]),
    ],
)
def test_streams_that_agree_as_before_pass(
    tmp_path: Path, before: list[Made], new: list[Made]
) -> None:
    assert after_release(tmp_path, before, new) == {}
