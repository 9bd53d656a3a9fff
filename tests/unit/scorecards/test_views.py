"""What one reader sees: the newest complete period, a named one, their own rows; alerts by rule and scope."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, cast

import pytest

from orchestration.core.errors import QueryInvalid, ReleaseCorrupt
from scorecards.roles import Role
from scorecards.views import alerts_view, scorecard_view
from semantic_layer.layer import SemanticLayer
from semantic_layer.records import Metric, Trust
from tests.unit.scorecards.conftest import COMPLAINTS, RATE, REVENUE, Marts


class _Layer:
    """The marts of a test as a release."""

    release_id, currency = "R1", "EUR"

    def __init__(self, marts: Marts) -> None:
        self._connection = marts.connection

    def metrics(self) -> list[Metric]:
        from dataclasses import replace

        return [
            replace(metric_, roles=("rep", "manager")) for metric_ in (REVENUE, RATE, COMPLAINTS)
        ]

    def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[dict[str, Any]]:
        answer = self._connection.execute(sql, list(parameters))
        names = [column[0] for column in answer.description or ()]
        return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]

    def trust(self, metrics: Sequence[str]) -> Trust:
        return Trust(release_id="R1", as_of=None, verdict="pass")


@pytest.fixture
def layer(marts: Marts) -> SemanticLayer:
    """Revenue of May and of June, which is not over; by rep too."""
    marts.write(
        [
            ("revenue", "company", "company", "month", date(2026, 5, 1), 100.0),
            ("revenue", "company", "company", "month", date(2026, 6, 1), 60.0),
            ("revenue", "rep", "crm:A", "month", date(2026, 5, 1), 70.0),
            ("win_rate", "company", "company", "quarter", date(2026, 1, 1), 0.5),
        ]
    )
    return cast(SemanticLayer, _Layer(marts))


def test_the_last_period_that_is_over(layer: SemanticLayer) -> None:
    view = scorecard_view(layer, role=Role.manager)
    assert [
        (row["metric"], row["grain"], row["period_start"], row["value"]) for row in view.rows
    ] == [
        ("revenue", "month", date(2026, 5, 1), 100.0),
        ("win_rate", "quarter", date(2026, 1, 1), 0.5),
    ]
    assert (view.missing, view.currency, view.subject.scope) == (1, "EUR", "company")


def test_a_named_period_and_a_rep(layer: SemanticLayer) -> None:
    june = scorecard_view(layer, role=Role.manager, period="2026-06")
    assert [row["value"] for row in june.rows] == [60.0]
    ana = scorecard_view(layer, role=Role.rep, who="Ana")
    assert [row["value"] for row in ana.rows] == [70.0]
    assert ana.subject.key == "crm:A"


def test_what_there_is_not_is_named(layer: SemanticLayer) -> None:
    with pytest.raises(QueryInvalid, match="`2026-06` is a month, not a week"):
        scorecard_view(layer, role=Role.rep, period="2026-06", grain="week")
    with pytest.raises(QueryInvalid, match="By month there is 2026-05 to 2026-06"):
        scorecard_view(layer, role=Role.rep, period="2030-01")
    with pytest.raises(QueryInvalid, match="Zoe"):
        scorecard_view(layer, role=Role.rep, who="Zoe")


def test_alerts_by_rule_severity_and_scope(marts: Marts) -> None:
    marts.connection.execute(
        "insert into performance.dim_alert_rules values "
        "('o', 'task_overdue', null, 'rep', 'days', 'warning', '', 1, null)"
    )
    marts.connection.execute(
        "insert into activity.fct_tasks values ('t1', 'crm:A', '2026-06-01', true), "
        "('t2', 'crm:B', '2026-06-02', true)"
    )
    marts.write([], as_of=datetime(2026, 6, 20))
    layer = cast(SemanticLayer, _Layer(marts))
    assert [row["subject_key"] for row in alerts_view(layer).rows] == ["t1", "t2"]
    assert [row["subject_key"] for row in alerts_view(layer, who="Bruno").rows] == ["t2"]
    assert list(alerts_view(layer, severity="critical").rows) == []
    with pytest.raises(QueryInvalid, match="Nearest: task_overdue"):
        alerts_view(layer, rule="task_overdu")


def test_a_release_of_an_earlier_version_has_no_scorecard(marts: Marts) -> None:
    with pytest.raises(ReleaseCorrupt, match="Release R1 has no scorecard"):
        scorecard_view(cast(SemanticLayer, _Layer(marts)), role=Role.rep)
