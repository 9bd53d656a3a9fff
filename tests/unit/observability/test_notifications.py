"""When somebody is notified of a refresh, and of what."""

from __future__ import annotations

import pytest

from orchestration.core.records import GateReport
from orchestration.observability.notifications import Notification, notification_of, send
from orchestration.settings import AlertSpec
from tests.unit.refresh.factories import make_check

WARNED = make_check("loads.freshness", "warn", subject="crm")


def notification(
    *,
    gate: GateReport | None = None,
    error: Exception | None = None,
    alerts: dict[str, int] | None = None,
) -> Notification | None:
    return notification_of(
        company="Tienda", run_id="run-1", gate=gate, load_checks=(), error=error,
        release_id="r1", alerts=alerts or {},
    )  # fmt: skip


def test_a_good_refresh_notifies_nobody() -> None:
    assert notification(gate=GateReport("run-1", (make_check("loads.volume"),))) is None


@pytest.mark.parametrize(
    ("fields", "events"),
    [
        ({"error": ValueError("down")}, {"failure"}),
        ({"gate": GateReport("run-1", (WARNED,))}, {"verdict", "freshness"}),
        ({"alerts": {"stalled deals": 2}}, {"alerts"}),
    ],
)
def test_the_events_of_a_refresh(fields: dict[str, object], events: set[str]) -> None:
    message = notification(**fields)  # type: ignore[arg-type]
    assert message is not None
    assert message.events == events


def test_the_message_names_checks_and_no_contact_data() -> None:
    message = notification(
        error=ValueError("no row for ana@example.com\nmore"), alerts={"stalled": 2}
    )
    assert message is not None
    text = message.text()
    assert text.startswith("Tienda: the refresh failed (run run-1)")
    assert "ana@example.com" not in text
    assert "- 2 critical: stalled" in text
    assert message.payload()["text"] == text


def test_a_hook_hears_of_its_events_only() -> None:
    """Its variable is not set, so sending fails: once for the hook that listens to failures."""
    hooks = [
        AlertSpec(kind="webhook", url_env="EMBUDO_TEST_UNSET", on=(event,))
        for event in ("failure", "alerts")
    ]
    message = notification(error=ValueError("down"))
    assert message is not None
    (fault,) = send(hooks, message)
    assert "EMBUDO_TEST_UNSET is not set" in fault
