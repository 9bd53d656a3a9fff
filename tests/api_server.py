"""A vendor's API on this machine, by pytest-httpserver: it responds by a function, and misbehaves by script."""

from __future__ import annotations

import json
import re
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

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


class LocalServer(HTTPServer):
    """pytest-httpserver on this machine's own address: a thread per request, and no half second to stop."""

    def __init__(self) -> None:
        super().__init__(host="127.0.0.1", threaded=True)

    def thread_target(self) -> None:
        """Serve until it is stopped."""
        assert self.server is not None
        self.server.serve_forever(poll_interval=0.02)


class ApiServer:
    """`respond` is the API; each fault of `faults` replaces one response, a None lets one through.

    `requests` has when each one came, which the server's own log has not. The address is known once it runs.
    """

    def __init__(self, respond: Callable[[ApiRequest], ApiResponse]) -> None:
        self.respond = respond
        self.faults: deque[Fault | None] = deque()
        self.requests: list[ApiRequest] = []
        self.on_hang: Callable[[], None] | None = None
        self._lock = threading.Lock()
        self._http = LocalServer()
        self._http.expect_request(re.compile(".*")).respond_with_handler(self._handle)

    @property
    def url(self) -> str:
        """Where it is."""
        return self._http.url_for("").rstrip("/")

    @contextmanager
    def running(self) -> Iterator[ApiServer]:
        """Serve while the test runs."""
        with self._http:
            yield self

    def response_to(self, request: ApiRequest) -> ApiResponse:
        """The API's response, or the next fault in its place."""
        with self._lock:
            self.requests.append(request)
            fault = self.faults.popleft() if self.faults else None
        good = self.respond(request)
        if fault is None:
            return good
        return fault if isinstance(fault, ApiResponse) else fault(good)

    def _handle(self, sent: Request) -> Response:
        request = ApiRequest(
            sent.path,
            sent.args.to_dict(),
            {name.lower(): value for name, value in sent.headers.items()},
            time.monotonic(),
        )
        response = self.response_to(request)
        if response.hang:
            if self.on_hang:
                self.on_hang()
            time.sleep(HANG_SECONDS)
        if response.drop:
            sent.environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
        body = response.body
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Content-Type": "application/json", **response.headers}
        answer = Response(raw[: len(raw) // 2] if response.cut else raw, response.status, headers)
        answer.headers["Content-Length"] = str(len(raw))
        answer.automatically_set_content_length = False
        return answer


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
