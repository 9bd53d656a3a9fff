"""A server over the tiny release, and a client with a token."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from semantic_layer.query_limits import QueryLimits
from serving.server import Address, Server
from serving.tokens import TokenStore
from tests.unit.serving.factories import FolderStore


@dataclass(frozen=True)
class Client:
    """Requests to a server, with a token or without."""

    url: str
    token: str

    def get(self, path: str, *, token: str | None = None, **options: object) -> requests.Response:
        """A GET; `token` replaces the client's own, an empty one sends none."""
        return self.request("GET", path, token=token, **options)

    def request(
        self, method: str, path: str, *, token: str | None = None, **options: object
    ) -> requests.Response:
        """Any request."""
        secret = self.token if token is None else token
        headers = {"authorization": f"Bearer {secret}"} if secret else {}
        given = options.pop("headers", {})
        assert isinstance(given, dict)
        return requests.request(
            method, f"{self.url}{path}", headers=headers | given, timeout=30, **options  # type: ignore[arg-type]
        )  # fmt: skip


@pytest.fixture(scope="session")
def store(release_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> FolderStore:
    """Two releases with the same figures; the newer one is current."""
    return FolderStore.of(release_dir, tmp_path_factory.mktemp("served"))


@pytest.fixture(scope="session")
def tokens(tmp_path_factory: pytest.TempPathFactory) -> TokenStore:
    """An empty file of tokens."""
    return TokenStore(tmp_path_factory.mktemp("tokens") / "tokens.json")


@pytest.fixture(scope="session")
def server(store: FolderStore, tokens: TokenStore) -> Iterator[Server]:
    """A server that runs in a thread."""
    server = Server(
        store=store,
        tokens=tokens,
        address=Address(port=0, flight_port=0),
        limits=QueryLimits(seconds=30, rows=50),
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield server
    server.stop()
    thread.join(timeout=20)
    assert not thread.is_alive()


@pytest.fixture(scope="session")
def client(server: Server, tokens: TokenStore) -> Client:
    """A client that may query everything."""
    return Client(url=server.url, token=tokens.create("tests", "service"))


def access_lines(caplog: pytest.LogCaptureFixture, count: int) -> list[str]:
    """The first lines of the access log: a request is logged once its answer is on the way."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        lines = [r.getMessage() for r in caplog.records if r.name == "embudo.access"]
        if len(lines) >= count:
            return lines
        time.sleep(0.01)
    raise AssertionError(f"expected {count} lines in the access log, found {lines}")
