"""What becomes of campaign e-mails: every log of up to three events after the sending, in one company.

The expected outcome of a message is worked out here event by event, in another way than the models do it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from semantic_layer.layer import SemanticLayer
from tests.conftest import Embudo
from tests.e2e.factories import company_of
from tests.e2e.metric_queries import as_float, query_rows

pytestmark = pytest.mark.slow

# kind, is_machine, bounce_type
EVENTS = {
    "delivered": ("delivered", "", ""),
    "deferred": ("deferred", "", ""),
    "soft": ("bounce", "", " Soft"),
    "hard": ("bounce", "", "hard"),
    "untyped": ("bounce", "", ""),
    "open": ("open", "false", ""),
    "scan": ("open", "true", ""),
    "click": ("click", "", ""),
    "bot": ("click", "true", ""),
    "reply": ("reply", "", ""),
    "unsubscribe": ("unsubscribe", "", ""),
    "complaint": ("complaint", "", ""),
}
LOGS: list[tuple[str, ...]] = [
    log for length in range(4) for log in itertools.product(EVENTS, repeat=length)
]

# The case of five messages, in a month of its own: m2 was deferred and then delivered, m3 bounced late, m4 was
# forwarded, m5 is known to have arrived from its click alone
FIVE = {
    "m1": ("delivered", "scan", "open", "click", "click"),
    "m2": ("soft", "delivered", "open"),
    "m3": ("delivered", "hard"),
    "m4": ("delivered", "scan", "open", "click"),
    "m5": ("deferred", "click"),
}
# Opened and clicked without a sending: reported, and in no figure
UNSENT = {"x1": ("open", "click"), "x2": ("open",)}


@dataclass
class Outcome:
    """A message, event by event in their order."""

    state: str = "sent"
    opened: bool = False
    clicked: bool = False
    engaged: bool = False

    def after(self, event: str) -> None:
        self.opened |= event == "open"
        self.clicked |= event == "click"
        self.engaged |= event in ("open", "click", "reply")
        if self.state == "bounced for good":
            return
        if event in ("hard", "untyped"):
            self.state = "bounced for good"
        elif event == "soft":
            self.state = "bounced"
        elif event != "deferred":
            self.state = "arrived"
        elif self.state == "sent":
            self.state = "deferred"

    @property
    def is_delivered(self) -> bool:
        return self.state in ("sent", "arrived")

    @property
    def is_bounced(self) -> bool:
        return self.state.startswith("bounced")


def outcome_of(log: Sequence[str]) -> Outcome:
    """The outcome of a log."""
    outcome = Outcome()
    for event in log:
        outcome.after(event)
    return outcome


def _rows(message: str, log: Sequence[str], *, month: int, sent: bool = True) -> Iterator[str]:
    events = [("sent", "", "")] if sent else []
    events += [EVENTS[event] for event in log]
    for position, (kind, is_machine, bounce_type) in enumerate(events):
        yield (
            f"{message}-{position},k1,{message}@example.com,{message},{kind},"
            f"2026-{month:02d}-02T09:00:{position:02d}Z,{is_machine},{bounce_type}"
        )


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Embudo:
    rows = [
        "event_id,campaign_id,recipient_email,message_id,kind,occurred_at,is_machine,bounce_type"
    ]
    for number, log in enumerate(LOGS):
        rows += _rows(f"log{number}", log, month=1)
    for message, log in FIVE.items():
        rows += _rows(message, log, month=3)
    for message, log in UNSENT.items():
        rows += _rows(message, log, month=4, sent=False)
    files = {
        "campaigns": "campaign_id,name,channel\nk1,Uno,email\n",
        "email_events": "\n".join(rows) + "\n",
    }
    company = company_of(
        tmp_path_factory.mktemp("emails"), files, company="Correo", time_zone="UTC", currency="EUR", country="ES"
    )  # fmt: skip
    company("refresh")
    return company


@pytest.fixture(scope="module")
def layer(company: Embudo) -> Iterator[SemanticLayer]:
    with SemanticLayer.open(company.home / "current") as layer:
        yield layer


def _by_month(layer: SemanticLayer, metrics: Sequence[str], month: str) -> dict[str, float | None]:
    (row,) = (
        row
        for row in query_rows(layer, *metrics, grain="month")
        if f"{row['metric_time__month']:%Y-%m}" == month
    )
    return {metric: as_float(row[metric]) for metric in metrics}


def test_five_messages(layer: SemanticLayer) -> None:
    expected = {
        "emails_sent": 5,
        "emails_delivered": 4,
        "delivery_rate": 4 / 5,
        "bounce_rate": 1 / 5,
        "open_rate": 3 / 4,
        "click_rate": 3 / 4,
        "click_to_open_rate": 2 / 3,
        "email_engagement_rate": 4 / 4,
    }
    assert _by_month(layer, list(expected), "2026-03") == pytest.approx(expected)


def test_every_log(layer: SemanticLayer) -> None:
    outcomes = [outcome_of(log) for log in LOGS]
    delivered = [outcome for outcome in outcomes if outcome.is_delivered]
    opened = [outcome for outcome in delivered if outcome.opened]
    expected = {
        "emails_sent": len(LOGS),
        "emails_delivered": len(delivered),
        "bounce_rate": sum(outcome.is_bounced for outcome in outcomes) / len(LOGS),
        "open_rate": len(opened) / len(delivered),
        "click_rate": sum(outcome.clicked for outcome in delivered) / len(delivered),
        "click_to_open_rate": sum(outcome.clicked for outcome in opened) / len(opened),
        "email_engagement_rate": sum(outcome.engaged for outcome in delivered) / len(delivered),
    }
    assert _by_month(layer, list(expected), "2026-01") == pytest.approx(expected)


def test_every_message_of_every_log(company: Embudo) -> None:
    """By the landed message, which the mart knows by a hash of its first event only."""
    with duckdb.connect(
        str(Path(company.home) / "current" / "warehouse.duckdb"), read_only=True
    ) as connection:
        rows = connection.execute(
            "select distinct message_id, is_delivered, is_bounced from landing.email_events as landed "
            "inner join intermediate.int_email__events as events "
            "on events.event_key = landed._source || ':' || landed.event_id "
            "inner join intermediate.int_email__outcomes using (message_key) where message_id like 'log%'"
        ).fetchall()
    wrong = {
        LOGS[int(message.removeprefix("log"))]: (is_delivered, is_bounced)
        for message, is_delivered, is_bounced in rows
        if (outcome := outcome_of(LOGS[int(message.removeprefix("log"))])).is_delivered
        != is_delivered
        or outcome.is_bounced != is_bounced
    }
    assert len(rows) == len(LOGS)
    assert wrong == {}


def test_rates_of_every_subset_are_rates(company: Embudo) -> None:
    """Each numerator is a subset of its denominator, so that no filter or period takes a rate out of 0 to 1."""
    with SemanticLayer.open(company.home / "current") as layer:
        for metric in layer.metrics():
            if metric.family != "email" or metric.unit != "percent":
                continue
            for by in (
                "campaign_email__is_opened",
                "campaign_email__is_clicked",
                "campaign_email__is_replied",
            ):
                values = [
                    as_float(row[metric.name]) for row in query_rows(layer, metric.name, by=(by,))
                ]
                assert all(value is None or 0 <= value <= 1 for value in values), (
                    metric.name,
                    by,
                    values,
                )


def test_events_without_a_sending_are_reported(company: Embudo) -> None:
    status = company("status").stdout
    assert "3 of" in status
    assert "have no `sent` (campaigns crm:k1)" in status
