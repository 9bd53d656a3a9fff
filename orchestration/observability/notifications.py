"""Notifications of a refresh that needs attention: a webhook or a mail, where `alerts` of embudo.yml has one.

A message has counts, names of checks and the run's id, never contact data or a secret. A hook that fails is
retried, then reported as a warning; it never fails the refresh. Nothing is sent that is not configured (I11).
"""

from __future__ import annotations

import json
import os
import smtplib
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

from orchestration.core.records import CheckResult, GateReport
from orchestration.privacy.redaction import redacted
from orchestration.settings import AlertSpec

ATTEMPTS = 3
TIMEOUT_SECONDS = 5.0
FRESHNESS_CHECK = "loads.freshness"
_SHOWN_CHECKS = 20


@dataclass(frozen=True)
class Notification:
    """One refresh that needs attention: the events it belongs to, and the facts."""

    company: str
    run_id: str
    events: frozenset[str]
    title: str
    release_id: str | None = None
    verdict: str | None = None
    error: str | None = None
    checks: tuple[CheckResult, ...] = ()
    alerts: Mapping[str, int] = field(default_factory=dict)
    """Rule to how many critical alerts the release has by it."""

    def payload(self) -> dict[str, Any]:
        """As JSON: `text` is what chat tools show."""
        return {
            "text": self.text(),
            "company": self.company,
            "run_id": self.run_id,
            "events": sorted(self.events),
            "verdict": self.verdict,
            "release_id": self.release_id,
            "critical_alerts": dict(self.alerts),
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "checks": [
                {
                    "name": check.name,
                    "subject": check.subject,
                    "outcome": check.outcome,
                    "observed": redacted(check.observed),
                    "expected": redacted(check.expected),
                }
                for check in self.checks[:_SHOWN_CHECKS]
            ],
        }

    def text(self) -> str:
        """A few lines for a person."""
        lines = [f"{self.company}: {self.title} (run {self.run_id})"]
        if self.error:
            lines.append(redacted(self.error.splitlines()[0]))
        lines += [
            redacted(
                f"- {c.outcome}: {c.name} on {c.subject}: {c.observed} (expected {c.expected})"
            )
            for c in self.checks[:_SHOWN_CHECKS]
        ]
        lines += [f"- {count:,} critical: {rule}" for rule, count in self.alerts.items()]
        return "\n".join([*lines, "See `embudo status --explain`."])


def notification_of(
    *,
    company: str,
    run_id: str,
    gate: GateReport | None,
    load_checks: Sequence[CheckResult],
    error: BaseException | None,
    release_id: str | None,
    alerts: Mapping[str, int],
) -> Notification | None:
    """The notification of a refresh that has ended; None where all is well."""
    checks = gate.checks if gate is not None else tuple(load_checks)
    failing = tuple(check for check in checks if check.outcome != "pass")
    events = set()
    if error is not None:
        events.add("failure")
    if failing:
        events.add("verdict")
    if any(check.name == FRESHNESS_CHECK for check in failing):
        events.add("freshness")
    if alerts:
        events.add("alerts")
    if not events:
        return None
    warned = "released with warnings" if failing else "released, with critical alerts"
    title = "the refresh failed" if error is not None else warned
    return Notification(
        company=company,
        run_id=run_id,
        events=frozenset(events),
        title=title,
        release_id=release_id,
        verdict=gate.verdict if gate is not None else None,
        error=str(error) if error is not None else None,
        checks=failing,
        alerts=alerts,
    )


def send(hooks: Sequence[AlertSpec], notification: Notification) -> list[str]:
    """Send a notification through every hook that listens to one of its events; returns what went wrong."""
    return [
        fault
        for hook in hooks
        if notification.events & set(hook.on)
        for fault in [_send_with_retries(hook, notification)]
        if fault
    ]


def _send_with_retries(hook: AlertSpec, notification: Notification) -> str:
    fault = ""
    for attempt in range(ATTEMPTS):
        if attempt:
            time.sleep(0.25 * 2**attempt)
        try:
            if hook.kind == "webhook":
                _post(hook, notification)
            else:
                _mail(hook, notification)
            return ""
        except _Unset as error:
            return f"Alert not sent ({hook.kind}): {error}"
        except (OSError, smtplib.SMTPException, ValueError) as error:
            fault = redacted(f"{type(error).__name__}: {error}")
    return f"Alert not sent ({hook.kind}) after {ATTEMPTS} attempts: {fault}"


class _Unset(Exception):
    """A variable that a hook names is not in the environment."""


def _secret(name: str) -> str:
    value = os.environ.get(name, "")
    if not value:
        raise _Unset(f"the variable {name} is not set.")
    return value


def _post(hook: AlertSpec, notification: Notification) -> None:
    address = _secret(hook.url_env or "")
    if not address.lower().startswith(("http://", "https://")):
        raise _Unset(f"the variable {hook.url_env} holds no http or https address.")
    request = urllib.request.Request(  # noqa: S310 - the scheme is checked above
        address,
        data=json.dumps(notification.payload()).encode(),
        headers={"Content-Type": "application/json", "User-Agent": "embudo"},
        method="POST",
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS):  # noqa: S310
            return
    except urllib.error.HTTPError as error:
        error.close()
        raise OSError(f"the server answered {error.code}") from None


def _mail(hook: AlertSpec, notification: Notification) -> None:
    message = EmailMessage()
    message["Subject"] = f"Embudo: {notification.company}: {notification.title}"
    message["From"] = hook.sender
    message["To"] = ", ".join(hook.to)
    message.set_content(notification.text())
    secure = ssl.create_default_context()
    client = (
        smtplib.SMTP_SSL(hook.host or "", hook.port, timeout=TIMEOUT_SECONDS, context=secure)
        if hook.tls == "ssl"
        else smtplib.SMTP(hook.host or "", hook.port, timeout=TIMEOUT_SECONDS)
    )
    with client:
        if hook.tls == "starttls":
            client.starttls(context=secure)
        if hook.user_env:
            client.login(_secret(hook.user_env), _secret(hook.password_env or ""))
        client.send_message(message)
