"""Telling people of a refresh that needs a look: a webhook or a mail, where `alerts` of embudo.yml asks for it.

A message holds counts, names of checks and the run's id, never contact data or a secret. A hook that fails is
tried again, then warned of; it never fails the refresh. Nothing is sent unless it is configured (I11).
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
class Notice:
    """What there is to say of one refresh: the events it belongs to, and the facts."""

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


def notice_of(
    *,
    company: str,
    run_id: str,
    gate: GateReport | None,
    load_checks: Sequence[CheckResult],
    error: BaseException | None,
    release_id: str | None,
    alerts: Mapping[str, int],
) -> Notice | None:
    """What a refresh has to say when it has ended; None where all is well."""
    checks = gate.checks if gate is not None else tuple(load_checks)
    breached = tuple(check for check in checks if check.outcome != "pass")
    events = set()
    if error is not None:
        events.add("failure")
    if breached:
        events.add("verdict")
    if any(check.name == FRESHNESS_CHECK for check in breached):
        events.add("freshness")
    if alerts:
        events.add("alerts")
    if not events:
        return None
    warned = "released with warnings" if breached else "released, with critical alerts"
    title = "the refresh failed" if error is not None else warned
    return Notice(
        company=company,
        run_id=run_id,
        events=frozenset(events),
        title=title,
        release_id=release_id,
        verdict=gate.verdict if gate is not None else None,
        error=str(error) if error is not None else None,
        checks=breached,
        alerts=alerts,
    )


def send(hooks: Sequence[AlertSpec], notice: Notice) -> list[str]:
    """Send a notice through every hook that waits for one of its events; what went wrong, in words."""
    return [
        fault
        for hook in hooks
        if notice.events & set(hook.on)
        for fault in [_try(hook, notice)]
        if fault
    ]


def _try(hook: AlertSpec, notice: Notice) -> str:
    fault = ""
    for attempt in range(ATTEMPTS):
        if attempt:
            time.sleep(0.25 * 2**attempt)
        try:
            if hook.kind == "webhook":
                _post(hook, notice)
            else:
                _mail(hook, notice)
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


def _post(hook: AlertSpec, notice: Notice) -> None:
    address = _secret(hook.url_env or "")
    if not address.lower().startswith(("http://", "https://")):
        raise _Unset(f"the variable {hook.url_env} holds no http or https address.")
    request = urllib.request.Request(  # noqa: S310 - the scheme is looked at above
        address,
        data=json.dumps(notice.payload()).encode(),
        headers={"Content-Type": "application/json", "User-Agent": "embudo"},
        method="POST",
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS):  # noqa: S310
            return
    except urllib.error.HTTPError as error:
        error.close()
        raise OSError(f"the server answered {error.code}") from None


def _mail(hook: AlertSpec, notice: Notice) -> None:
    message = EmailMessage()
    message["Subject"] = f"Embudo: {notice.company}: {notice.title}"
    message["From"] = hook.sender
    message["To"] = ", ".join(hook.to)
    message.set_content(notice.text())
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
