"""An HTTP server on this machine that answers as a vendor's API does, and misbehaves when told to."""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from orchestration.core.records import LandingResult, SourceFailure
from orchestration.ingestion import fetch_apis, land
from orchestration.settings import Home, load_settings

HANG_SECONDS = 3.0
"""Longer than the tests' time-outs, and short enough to wait for."""


@dataclass(frozen=True)
class Asked:
    """One request, and when it came (seconds of a clock that only goes forward)."""

    path: str
    params: Mapping[str, str]
    headers: Mapping[str, str]
    at: float


@dataclass(frozen=True)
class Answer:
    """What is sent: `body` as JSON, or as it is where it is bytes. `cut`: half of it, then silence."""

    body: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False
    hang: bool = False
    drop: bool = False


Fault = Answer | Callable[[Answer], Answer]


class ApiServer:
    """`answer` is the API; each fault of `faults` spoils one answer, a None lets one through."""

    def __init__(self, answer: Callable[[Asked], Answer]) -> None:
        self.answer = answer
        self.faults: deque[Fault | None] = deque()
        self.asked: list[Asked] = []
        self.on_hang: Callable[[], None] | None = None
        self._lock = threading.Lock()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._http.daemon_threads = True

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    @contextmanager
    def running(self) -> Iterator[ApiServer]:
        thread = threading.Thread(
            target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        thread.start()
        try:
            yield self
        finally:
            self._http.shutdown()
            self._http.server_close()

    def spoiled(self, asked: Asked) -> Answer:
        with self._lock:
            self.asked.append(asked)
            fault = self.faults.popleft() if self.faults else None
        good = self.answer(asked)
        if fault is None:
            return good
        return fault if isinstance(fault, Answer) else fault(good)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                asked = Asked(
                    parts.path,
                    dict(parse_qsl(parts.query, keep_blank_values=True)),
                    {name.lower(): value for name, value in self.headers.items()},
                    time.monotonic(),
                )
                answer = server.spoiled(asked)
                if answer.hang:
                    if server.on_hang:
                        server.on_hang()
                    time.sleep(HANG_SECONDS)
                if answer.drop:
                    self.connection.close()
                    return
                body = answer.body
                raw = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(answer.status)
                self.send_header("Content-Length", str(len(raw)))
                for name, value in {"Content-Type": "application/json", **answer.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(raw[: len(raw) // 2] if answer.cut else raw)
                if answer.cut:
                    self.close_connection = True

            def log_message(self, format: str, *args: Any) -> None:
                """Tests are quiet."""

        return Handler


def offset_pages(records: list[dict[str, Any]], asked: Asked) -> Answer:
    """A page of `records` as Pipedrive gives it: `start` and `limit`, and whether more follow."""
    start, limit = int(asked.params["start"]), int(asked.params["limit"])
    more = start + limit < len(records)
    return Answer(
        {
            "success": True,
            "data": records[start : start + limit] or None,
            "additional_data": {
                "pagination": {"start": start, "limit": limit, "more_items_in_collection": more}
            },
        }
    )


@dataclass
class Said:
    """A reporter that remembers."""

    texts: list[str] = field(default_factory=list)

    def step(self, name: str) -> None:
        """Part of being a reporter."""

    def detail(self, text: str) -> None:
        self.texts.append(text)


def ask_and_land(
    config: Path, home: Home, said: Said
) -> tuple[tuple[SourceFailure, ...], LandingResult]:
    """What a refresh does with sources, and no more: ask, then land."""
    settings = load_settings(config)
    failures = fetch_apis(settings, home, report=said)
    return failures, land(settings, home, run_id="run", report=said)
