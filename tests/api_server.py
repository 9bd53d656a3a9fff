"""An HTTP server on this machine that responds as a vendor's API does, and misbehaves by script."""

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
from tests.reporters import RecordingReporter

HANG_SECONDS = 3.0
"""Longer than the tests' time-outs, and short enough to wait for."""


@dataclass(frozen=True)
class ApiRequest:
    """One request, and when it came (seconds of a clock that only goes forward)."""

    path: str
    params: Mapping[str, str]
    headers: Mapping[str, str]
    at: float


@dataclass(frozen=True)
class ApiResponse:
    """What is sent: `body` as JSON, or as it is where it is bytes. `cut`: half of it, then silence."""

    body: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False
    hang: bool = False
    drop: bool = False


Fault = ApiResponse | Callable[[ApiResponse], ApiResponse]


class ApiServer:
    """`respond` is the API; each fault of `faults` replaces one response, a None lets one through."""

    def __init__(self, respond: Callable[[ApiRequest], ApiResponse]) -> None:
        self.respond = respond
        self.faults: deque[Fault | None] = deque()
        self.requests: list[ApiRequest] = []
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

    def response_to(self, request: ApiRequest) -> ApiResponse:
        with self._lock:
            self.requests.append(request)
            fault = self.faults.popleft() if self.faults else None
        good = self.respond(request)
        if fault is None:
            return good
        return fault if isinstance(fault, ApiResponse) else fault(good)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                request = ApiRequest(
                    parts.path,
                    dict(parse_qsl(parts.query, keep_blank_values=True)),
                    {name.lower(): value for name, value in self.headers.items()},
                    time.monotonic(),
                )
                response = server.response_to(request)
                if response.hang:
                    if server.on_hang:
                        server.on_hang()
                    time.sleep(HANG_SECONDS)
                if response.drop:
                    self.connection.close()
                    return
                body = response.body
                raw = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(response.status)
                self.send_header("Content-Length", str(len(raw)))
                for name, value in {"Content-Type": "application/json", **response.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(raw[: len(raw) // 2] if response.cut else raw)
                if response.cut:
                    self.close_connection = True

            def log_message(self, format: str, *args: Any) -> None:
                """Tests are quiet."""

        return Handler


def offset_pages(records: list[dict[str, Any]], request: ApiRequest) -> ApiResponse:
    """A page of `records` as Pipedrive returns it: `start` and `limit`, and whether more follow."""
    start, limit = int(request.params["start"]), int(request.params["limit"])
    more = start + limit < len(records)
    return ApiResponse(
        {
            "success": True,
            "data": records[start : start + limit] or None,
            "additional_data": {
                "pagination": {"start": start, "limit": limit, "more_items_in_collection": more}
            },
        }
    )


def fetch_and_land(
    config: Path, home: Home, reporter: RecordingReporter
) -> tuple[tuple[SourceFailure, ...], LandingResult]:
    """What a refresh does with sources, and no more: fetch, then land."""
    settings = load_settings(config)
    failures = fetch_apis(settings, home, report=reporter)
    return failures, land(settings, home, run_id="run", report=reporter)
