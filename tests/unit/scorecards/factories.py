"""Views of a release without a release: rows of the scorecard and of alerts, and how far they are trusted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from scorecards.columns import tables
from scorecards.roles import Role
from scorecards.scopes import Subject
from scorecards.views import AlertsView, ScorecardView
from semantic_layer.records import Trust

TRUST = Trust(release_id="R1", as_of=datetime(2026, 6, 30, 21, 59, 59), verdict="pass")
ANA = Subject(scope="rep", key="crm:A", name="Ana")


def scorecard_row(**fields: Any) -> dict[str, Any]:
    """A complete month of revenue, 110 after 100, with a target of 120."""
    row: dict[str, Any] = dict.fromkeys(tables()["scorecard"].columns)
    return row | {
        "metric": "revenue", "label": "Revenue", "label_es": "Ingresos", "family": "revenue",
        "unit": "currency", "better": "up", "grain": "month", "period_start": date(2026, 6, 1),
        "is_complete": True, "value": 110.0, "previous_value": 100.0, "target_with_growth": 120.0,
        "attainment": 0.9167, "status": "watch", **fields,
    }  # fmt: skip


def alert_row(**fields: Any) -> dict[str, Any]:
    """A lead that waits for 30 hours where 24 are allowed."""
    row: dict[str, Any] = dict.fromkeys(tables()["alerts"].columns)
    return row | {
        "rule": "lead_unanswered", "severity": "critical", "what": "Nobody has answered",
        "what_es": "Nadie ha respondido", "what_to_do": "Call.", "what_to_do_es": "Llama.",
        "scope": "rep", "scope_name": "Ana", "subject_key": "crm:L1", "value": Decimal("1030.50"),
        "threshold": Decimal("24.00"), "unit": "hours", "since_at": datetime(2026, 6, 29, 8), **fields,
    }  # fmt: skip


def scorecard_view(*rows: Mapping[str, Any], missing: int = 0) -> ScorecardView:
    return ScorecardView(
        role=Role.rep, subject=ANA, rows=rows or (scorecard_row(),), missing=missing, trust=TRUST,
        currency="EUR",
    )  # fmt: skip


def alerts_view(*rows: Mapping[str, Any]) -> AlertsView:
    return AlertsView(rows=rows, trust=TRUST)
