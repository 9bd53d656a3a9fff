"""Alerts by rules, on rows of which a person can see which ones are due. As of 2026-06-20 12:00 UTC."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from tests.unit.scorecards.conftest import Marts

pytestmark = pytest.mark.slow


def rule(
    marts: Marts,
    name: str,
    threshold: float,
    unit: str,
    *,
    scope: str = "rep",
    metric: str | None = None,
    look_back: int | None = None,
) -> None:
    marts.connection.execute(
        "insert into performance.dim_alert_rules values (?, ?, ?, ?, ?, 'warning', '', ?, ?)",
        [f"{name}|{metric or ''}|{scope}", name, metric, scope, unit, threshold, look_back],
    )


def subjects(marts: Marts) -> list[tuple[object, ...]]:
    """Recipient and subject of each alert, and its value."""
    return marts.rows(
        "select scope, scope_key, subject_key, value from performance.alerts order by all"
    )


def test_tasks_past_their_due_time_by_more_than_the_threshold(marts: Marts) -> None:
    marts.connection.execute(
        """
        insert into activity.fct_tasks values
            ('late', 'crm:A', '2026-06-18 00:00:00', true),
            ('just', 'crm:A', '2026-06-19 12:00:00', true),
            ('done', 'crm:A', '2026-06-01 00:00:00', false),
            ('nobody', null, '2026-06-10 12:00:00', true)
        """
    )
    rule(marts, "task_overdue", 1, "days")
    marts.write([])
    assert subjects(marts) == [
        ("company", "company", "nobody", 10.0),
        ("rep", "crm:A", "late", 2.5),
    ]
    assert marts.rows(
        "select scope_name, team, region, since_at, release_id from performance.alerts where rep_key = 'crm:A'"
    ) == [("Ana", "Beta", "Sur", datetime(2026, 6, 18), "R1")]


def test_leads_that_nobody_has_answered(marts: Marts) -> None:
    """Not those contacted, disqualified or made a deal, nor those before the rule looks back."""
    marts.connection.execute(
        """
        insert into funnel.fct_leads values
            ('due', 'crm:B', '2026-06-19 11:00:00', false, false, null),
            ('fresh', 'crm:B', '2026-06-19 13:00:00', false, false, null),
            ('old', 'crm:B', '2026-03-01 00:00:00', false, false, null),
            ('contacted', 'crm:B', '2026-06-01 00:00:00', true, false, null),
            ('disqualified', 'crm:B', '2026-06-01 00:00:00', false, true, null),
            ('deal', 'crm:B', '2026-06-01 00:00:00', false, false, 'crm:D')
        """
    )
    rule(marts, "lead_unanswered", 24, "hours", look_back=90)
    marts.write([])
    assert subjects(marts) == [("rep", "crm:B", "due", 25.0)]


def test_open_deals_without_activity_for_the_threshold(marts: Marts) -> None:
    """Exactly the threshold counts, as in stale_opportunities; so does a deal of which nothing is known."""
    marts.connection.execute(
        """
        insert into funnel.fct_open_deals values
            ('exact', 'crm:A', '2026-06-06 12:00:00'),
            ('short', 'crm:A', '2026-06-06 12:00:01'),
            ('unknown', 'crm:A', null)
        """
    )
    rule(marts, "opportunity_stale", 14, "days", scope="team")
    marts.write([])
    assert subjects(marts) == [("team", "Beta", "exact", 14.0), ("team", "Beta", "unknown", None)]


def test_missed_calls_that_nobody_has_returned(marts: Marts) -> None:
    """The owner's team is notified; a hidden number cannot be called back."""
    marts.connection.execute(
        """
        insert into core.dim_contacts values ('crm:C1', 'crm:B');
        insert into activity.fct_calls values
            ('due', 'crm:C1', true, true, '2026-06-18 12:00:00', null),
            ('stranger', null, true, true, '2026-06-17 12:00:00', null),
            ('returned', 'crm:C1', true, true, '2026-06-10 12:00:00', '2026-06-14 12:00:00'),
            ('hidden', null, true, false, '2026-06-10 12:00:00', null),
            ('taken', 'crm:C1', false, true, '2026-06-10 12:00:00', null),
            ('fresh', 'crm:C1', true, true, '2026-06-19 12:00:00', null)
        """
    )
    rule(marts, "missed_call_not_returned", 24, "hours", scope="team")
    marts.write([])
    assert subjects(marts) == [
        ("company", "company", "stranger", 72.0),
        ("team", "Beta", "due", 48.0),
    ]


def test_customers_who_stay_away_for_longer_than_usual(marts: Marts) -> None:
    """Three orders or more, and more than twice their own gap, at the data-as-of day."""
    marts.connection.execute(
        """
        insert into customer.fct_customer_month_ends values
            ('away', 'b1', '2026-06-20', 3, 61, 30, '2026-04-20'),
            ('twice', 'b1', '2026-06-20', 3, 60, 30, '2026-04-21'),
            ('new', 'b1', '2026-06-20', 2, 300, 30, '2025-08-24'),
            ('away', 'b1', '2026-05-31', 3, 41, 10, '2026-04-20')
        """
    )
    rule(marts, "customer_at_risk", 2, "ratio")
    marts.write([])
    assert subjects(marts) == [("rep", "crm:B", "away", pytest.approx(61 / 30))]


def test_reps_behind_the_pace_of_the_running_period(marts: Marts) -> None:
    """Two thirds of June are gone: 300 makes 200 due, and 160 is 0.8 of it. May is over."""
    june, may = date(2026, 6, 1), date(2026, 5, 1)
    for key in ("crm:A", "crm:B"):
        marts.target("revenue", "rep", key, june, 300)
    marts.target("revenue", "rep", "crm:B", may, 300)
    rule(marts, "rep_behind_pace", 0.8, "ratio", metric="revenue")
    marts.write(
        [
            ("revenue", "rep", "crm:A", "month", june, 160.0),
            ("revenue", "rep", "crm:B", "month", june, 150.0),
            ("revenue", "rep", "crm:B", "month", may, 1.0),
        ]
    )
    assert subjects(marts) == [("rep", "crm:B", "revenue|month|2026-06-01", 0.75)]


def test_metrics_off_their_newest_target(marts: Marts) -> None:
    """Of the rule's scope alone; a rule that names the metric counts before the one for all."""
    june, april = date(2026, 6, 1), date(2026, 4, 1)
    marts.target("revenue", "company", "company", june, 300)
    marts.target("win_rate", "company", "company", april, 0.5)
    marts.target("complaints", "company", "company", june, 30)
    marts.target("revenue", "region", "Sur", june, 1000)
    rule(marts, "metric_off_track", 0.9, "ratio", scope="company")
    rule(marts, "metric_off_track", 0.4, "ratio", scope="company", metric="win_rate")
    values = [
        ("revenue", "company", "company", "month", june, 170.0),
        ("win_rate", "company", "company", "month", april, 0.25),
        ("complaints", "company", "company", "month", june, 25.0),
        ("revenue", "region", "Sur", "month", june, 1.0),
    ]
    marts.write(values)
    assert subjects(marts) == [
        ("company", "company", "complaints|company|month|2026-06-01", 0.8),
        ("company", "company", "revenue|company|month|2026-06-01", 0.85),
    ]
    marts.connection.execute(
        "update performance.dim_alert_rules set threshold = 0.6 where metric = 'win_rate'"
    )
    marts.write(values)
    assert ("company", "company", "win_rate|company|month|2026-04-01", 0.5) in subjects(marts)


def test_targets_due_for_a_review(marts: Marts) -> None:
    """Set on 20 January for five months, looked at every five: due on 20 June, which has not passed."""
    june = date(2026, 6, 1)
    marts.target("revenue", "region", "Sur", june, 9, set_on=date(2026, 1, 20), review=5)
    marts.target("revenue", "rep", "crm:A", june, 9, set_on=date(2026, 1, 15), review=5)
    rule(marts, "target_due_for_review", 0, "days", scope="company")
    marts.write([("revenue", "rep", "crm:A", "month", june, 9.0)])
    assert subjects(marts) == [("company", "company", "revenue|crm:A|month", 5.0)]
    assert marts.rows("select since_at from performance.alerts") == [(datetime(2026, 6, 15),)]


def test_sources_that_have_gone_quiet(marts: Marts) -> None:
    """By the business times of what they brought, not by any clock."""
    rule(marts, "source_quiet", 2, "days", scope="company")
    marts.write(
        [], crm=datetime(2026, 6, 20), pbx=datetime(2026, 6, 17, 12), old=datetime(2020, 1, 1)
    )
    assert [row[2] for row in subjects(marts)] == ["old", "pbx"]
    assert marts.rows("select value from performance.alerts where subject_key = 'pbx'") == [(3.0,)]


def test_a_threshold_moves_only_its_own_alerts(marts: Marts) -> None:
    marts.connection.execute(
        """
        insert into activity.fct_tasks values ('t', 'crm:A', '2026-06-18 00:00:00', true);
        insert into funnel.fct_open_deals values ('d', 'crm:A', '2026-06-10 12:00:00')
        """
    )
    rule(marts, "task_overdue", 0, "days")
    rule(marts, "opportunity_stale", 14, "days")
    marts.write([])
    before = marts.rows("select * from performance.alerts")
    assert [row[0] for row in before] == ["task_overdue"]
    marts.connection.execute(
        "update performance.dim_alert_rules set threshold = 7 where rule = 'opportunity_stale'"
    )
    marts.write([])
    after = marts.rows("select * from performance.alerts order by rule desc")
    assert after[:1] == before
    assert [row[0] for row in after[1:]] == ["opportunity_stale"]
