"""Notifications sent to a webhook and to a mail server on this machine."""

from __future__ import annotations

import json
import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from werkzeug import Request, Response

from orchestration.core.records import CheckResult, GateReport
from orchestration.observability.notifications import Notification, notification_of, send
from orchestration.settings import AlertSpec, load_settings
from tests.api_server import LocalServer
from tests.conftest import Embudo


@dataclass
class Received:
    """What a server was sent; `answers` are the status codes to answer with, then 200."""

    answers: list[int] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)
    port: int = 0


@contextmanager
def webhook(*answers: int) -> Iterator[Received]:
    received = Received(answers=list(answers))

    def receive(sent: Request) -> Response:
        received.bodies.append(sent.get_data(as_text=True))
        return Response(status=received.answers.pop(0) if received.answers else 200)

    with LocalServer() as server:
        server.expect_request(re.compile(".*"), method="POST").respond_with_handler(receive)
        received.port = server.port
        yield received


@contextmanager
def mail_server() -> Iterator[Received]:
    received = Received()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            def reply(text: str) -> None:
                self.wfile.write(f"{text}\r\n".encode())

            reply("220 ready")
            while line := self.rfile.readline().decode().strip():
                word = line.split()[0].upper()
                if word == "DATA":
                    reply("354 go on")
                    lines: list[str] = []
                    while (text := self.rfile.readline().decode().rstrip("\r\n")) != ".":
                        lines.append(text)
                    received.bodies.append("\n".join(lines))
                reply("221 bye" if word == "QUIT" else "250 ok")
                if word == "QUIT":
                    return

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
    received.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield received
    finally:
        server.shutdown()
        server.server_close()


def notice(*events: str) -> Notification:
    return Notification(
        company="X", run_id="run-1", events=frozenset(events), title="the refresh failed"
    )


def hook(port: int, monkeypatch: pytest.MonkeyPatch, **more: object) -> AlertSpec:
    monkeypatch.setenv("TEST_HOOK", f"http://127.0.0.1:{port}/secret-path")
    return AlertSpec.model_validate({"kind": "webhook", "url_env": "TEST_HOOK", **more})


def test_a_webhook_gets_what_it_waits_for_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    with webhook() as received:
        waiting = hook(received.port, monkeypatch, on=["freshness"])
        assert send([waiting], notice("failure")) == []
        assert received.bodies == []
        assert send([waiting], notice("failure", "freshness")) == []
    (body,) = received.bodies
    assert json.loads(body)["run_id"] == "run-1"
    assert "the refresh failed" in json.loads(body)["text"]


def test_a_webhook_that_fails_is_tried_three_times(monkeypatch: pytest.MonkeyPatch) -> None:
    with webhook(500, 503) as received:
        assert send([hook(received.port, monkeypatch)], notice("failure")) == []
        assert len(received.bodies) == 3
    with webhook(500, 500, 500, 500) as received:
        (fault,) = send([hook(received.port, monkeypatch)], notice("failure"))
        assert len(received.bodies) == 3
    assert "answered 500" in fault and "secret-path" not in fault


def test_a_mail_reaches_its_receivers() -> None:
    with mail_server() as received:
        spec = AlertSpec.model_validate(
            {
                "kind": "smtp", "host": "127.0.0.1", "port": received.port, "tls": "none",
                "from": "embudo@example.com", "to": ["a@example.com", "b@example.com"],
            }
        )  # fmt: skip
        assert send([spec], notice("verdict")) == []
    (mail,) = received.bodies
    assert "To: a@example.com, b@example.com" in mail
    assert "X: the refresh failed" in mail


def test_a_notification_is_sent_where_attention_is_needed() -> None:
    """Nothing where all passed; freshness where that check warned; failure and verdict where the gate failed."""

    def report(name: str, outcome: str) -> GateReport:
        check = CheckResult(
            gate=1, name=name, subject="crm.deals", outcome=outcome, severity="warn",  # type: ignore[arg-type]
            observed="20 days", expected="14 days",
        )  # fmt: skip
        return GateReport(run_id="r", checks=(check,))

    def events(gate: GateReport, error: Exception | None = None, **alerts: int) -> set[str]:
        notification = notification_of(
            company="X", run_id="r", gate=gate, load_checks=(), error=error, release_id=None,
            alerts=alerts,
        )  # fmt: skip
        return set(notification.events) if notification else set()

    assert events(report("loads.freshness", "pass")) == set()
    assert events(report("loads.freshness", "pass"), lead_unanswered=3) == {"alerts"}
    assert events(report("loads.freshness", "warn")) == {"freshness", "verdict"}
    assert events(report("rows.fct_calls", "fail"), ValueError("x")) == {"failure", "verdict"}


def test_a_failed_refresh_notifies_and_a_dead_hook_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the command line: the exit code is the refresh's own, whether the hook answers or not."""
    (tmp_path / "embudo.yml").write_text(
        "company: Test\nalerts: [{kind: webhook, url_env: TEST_HOOK}]\n"
        "sources:\n  crm:\n    streams:\n      users:\n        files: u.csv\n"
        "        columns: {user_id: a, full_name: b}\n"
    )
    company = Embudo(home=tmp_path / "home", config=tmp_path / "embudo.yml")
    with webhook() as received:
        address = f"http://127.0.0.1:{received.port}/"
        company("refresh", expect=3, TEST_HOOK=address)
        company("notify", "--test", TEST_HOOK=address)
    sent, tried = map(json.loads, received.bodies)
    assert sent["events"] == ["failure"] and "inbox" in sent["text"]
    assert "test message" in tried["text"]
    dead = company("refresh", expect=3, TEST_HOOK=address)
    assert "Alert not sent" in dead.stderr


def test_nothing_is_sent_unless_it_is_configured(tmp_path: Path) -> None:
    """I11: the default is nobody."""
    (tmp_path / "embudo.yml").write_text("company: X\n")
    assert load_settings(tmp_path / "embudo.yml").alerts == ()
