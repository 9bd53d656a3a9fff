"""Spend beside campaigns."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.quality.agreements.companies import SPENT, Made, after_release, assert_stops, spent

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("before", "new", "title", "text"),
    [
        (
            [SPENT],
            [spent(count=30, seq=2, first=120, campaign="'k2'")],
            "agree.marketing_spend.campaigns on crm.marketing_spend",
            "are before the launch of their campaign or long after its end",
        ),
        (
            [SPENT],
            [spent(count=30, seq=2, first=120, channel="'email'")],
            "agree.marketing_spend.campaigns on crm.marketing_spend",
            "have another channel than their campaign",
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
        ([SPENT], [spent(count=30, seq=2, first=120)]),
    ],
)
def test_streams_that_agree_as_before_pass(
    tmp_path: Path, before: list[Made], new: list[Made]
) -> None:
    assert after_release(tmp_path, before, new) == {}
