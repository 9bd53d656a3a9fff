"""The trust of an answer, for people and programs."""

from __future__ import annotations

from datetime import UTC, datetime

from semantic_layer.records import Trust
from semantic_layer.rendering import trust_dict, trust_line

TRUST = Trust(
    release_id="20260210-1",
    as_of=datetime(2026, 2, 10, 3, 30, tzinfo=UTC),
    verdict="warn",
    draft=True,
    streams={"crm.deals": datetime(2026, 2, 10, 3, 0, tzinfo=UTC), "crm.leads": None},
    accepted={"volume": "checked by Ana"},
)


def test_one_line_with_all_that_is_known() -> None:
    assert trust_line(TRUST) == (
        "Release 20260210-1 · data as of 2026-02-10 03:30 UTC · gate passed with warnings · "
        "draft definitions · accepted by hand: volume (checked by Ana) · "
        "last loads: crm.deals 2026-02-10 03:00"
    )


def test_plain_data_with_times_in_utc() -> None:
    assert trust_dict(TRUST) == {
        "release_id": "20260210-1",
        "as_of": "2026-02-10T03:30:00Z",
        "verdict": "warn",
        "published_at": None,
        "draft": True,
        "accepted": {"volume": "checked by Ana"},
        "streams": {"crm.deals": "2026-02-10T03:00:00Z", "crm.leads": None},
    }
