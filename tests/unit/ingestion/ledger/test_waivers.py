"""Waivers: granted once, used by one run, bound to the release that it published."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from orchestration.ingestion.ledger.connection import Ledger
from orchestration.ingestion.ledger.waivers import (
    all_waivers,
    grant_waiver,
    open_waivers,
    settle_waivers,
    use_waivers,
    withdraw_waiver,
)
from tests.waivers import seen

CHECK = "metric.revenue on revenue"


def test_a_newer_waiver_of_the_same_check_replaces_the_open_one(ledger: Ledger) -> None:
    grant_waiver(ledger, seen(CHECK), reason="Black Friday", signed_by="ana")
    granted = grant_waiver(ledger, seen(CHECK), reason="Black Friday week", signed_by="luis")
    assert open_waivers(ledger) == [granted]
    assert granted.signed_by == "luis"
    assert "luis, " in granted.text and granted.text.endswith("UTC: Black Friday week")
    assert [waiver.withdrawn for waiver in all_waivers(ledger)] == [False, True]


def test_a_waiver_is_withdrawn_once(ledger: Ledger) -> None:
    grant_waiver(ledger, seen(CHECK), reason="Black Friday", signed_by="ana")
    assert withdraw_waiver(ledger, CHECK)
    assert not withdraw_waiver(ledger, CHECK)
    assert open_waivers(ledger) == []


def test_a_used_waiver_is_bound_to_the_release_of_its_run(ledger: Ledger) -> None:
    grant_waiver(ledger, seen(CHECK), reason="Black Friday", signed_by="ana")
    grant_waiver(ledger, seen("loads.volume"), reason="a strike", signed_by="ana")
    use_waivers(ledger, [CHECK], run_id="run-1")
    assert [waiver.check for waiver in open_waivers(ledger)] == ["loads.volume"]
    settle_waivers(ledger, {"run-1": "release-1"})
    spent = next(waiver for waiver in all_waivers(ledger) if waiver.check == CHECK)
    assert (spent.used_by, spent.release_id) == ("run-1", "release-1")
    assert not withdraw_waiver(ledger, CHECK), "what a release needed stays with it"


def test_the_waiver_of_a_run_that_never_published_is_open_again(ledger: Ledger) -> None:
    grant_waiver(ledger, seen(CHECK), reason="Black Friday", signed_by="ana")
    use_waivers(ledger, [CHECK], run_id="killed")
    settle_waivers(ledger, {"another run": "release-1"})
    [waiver] = open_waivers(ledger)
    assert (waiver.used_by, waiver.release_id) == ("", "")


def test_a_waiver_has_what_it_is_for_and_an_end(ledger: Ledger) -> None:
    granted = grant_waiver(ledger, seen(CHECK, observed="4,000"), reason="x", signed_by="ana")
    assert granted.seen == seen(CHECK, observed="4,000")
    assert granted.until is not None
    assert timedelta(days=6) < granted.until - granted.at <= timedelta(days=7)


def test_a_waiver_that_has_ended_is_not_open(ledger: Ledger) -> None:
    over = datetime.now(UTC) - timedelta(seconds=1)
    granted = grant_waiver(ledger, seen(CHECK), reason="x", signed_by="ana", until=over)
    assert granted.has_ended
    assert open_waivers(ledger) == []
