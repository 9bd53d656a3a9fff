"""Where the server listens, what it refuses, and how it follows the current release and stops."""

from __future__ import annotations

import socket
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import grpc
import pytest
import requests

from orchestration.core.errors import EmbudoError, ReleaseCorrupt
from semantic_layer.query_limits import QueryLimits
from serving.server import Address, Server, check_address, followed, is_loopback, listen
from serving.tokens import TokenStore
from tests.unit.serving.factories import FolderStore

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", True), ("localhost", True), ("::1", True), ("127.9.9.9", True),
     ("0.0.0.0", False), ("::", False), ("192.168.1.5", False), ("example.org", False), ("", False)],
)  # fmt: skip
def test_loopback(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


def test_beyond_this_machine_only_with_tokens_and_tls(tmp_path: Path) -> None:
    check_address(Address(), has_tokens=False)
    with pytest.raises(EmbudoError, match=r"no token yet.*embudo token create"):
        check_address(Address(host="0.0.0.0"), has_tokens=False)
    with pytest.raises(EmbudoError, match=r"clear text.*--tls-cert"):
        check_address(Address(host="0.0.0.0"), has_tokens=True)
    files = [tmp_path / "cert.pem", tmp_path / "key.pem"]
    with pytest.raises(EmbudoError, match="pass both"):
        check_address(Address(certificate=files[0]), has_tokens=True)
    with pytest.raises(EmbudoError, match=r"cert\.pem is no file"):
        check_address(Address(certificate=files[0], key=files[1]), has_tokens=True)
    for file in files:
        file.touch()
    check_address(Address(host="0.0.0.0", certificate=files[0], key=files[1]), has_tokens=True)


def test_a_taken_port_is_named_with_the_next_one() -> None:
    with listen("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with pytest.raises(
            EmbudoError, match=f"Port {port} of 127.0.0.1 is taken.*--port {port + 1}"
        ):
            listen("127.0.0.1", port)


def test_a_host_of_another_machine_cannot_be_listened_on(monkeypatch: pytest.MonkeyPatch) -> None:
    place = (socket.AF_INET, socket.SOCK_STREAM, 0, "", ("192.0.2.1", 0))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [place])
    with pytest.raises(EmbudoError, match=r"192\.0\.2\.1 port \d+ cannot be used"):
        listen("192.0.2.1", 0)


def test_without_a_release_there_is_nothing_to_serve(tmp_path: Path) -> None:
    store = FolderStore(tmp_path, None)
    with pytest.raises(ReleaseCorrupt, match="Nothing is published yet"):
        Server(
            store=store,
            tokens=TokenStore(tmp_path / "t.json"),
            address=Address(port=0, flight_port=0),
            limits=QueryLimits(),
        )


def test_it_stops_after_the_requests_that_run(release_dir: Path, tmp_path: Path) -> None:
    tokens = TokenStore(tmp_path / "tokens.json")
    token = tokens.create("a", "service")
    store = FolderStore.of(release_dir, tmp_path / "releases")
    server = Server(
        store=store, tokens=tokens, address=Address(port=0, flight_port=0), limits=QueryLimits()
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    url = f"{server.url}/api/v1/query?metrics=revenue"
    headers = {"authorization": f"bearer {token}"}
    assert (
        requests.get(url, headers=headers, timeout=30).json()["trust"]["release_id"] == "20260211-1"
    )
    store.current = "20260210-1"
    for _ in range(100):
        release = requests.get(url, headers=headers, timeout=30).json()["trust"]["release_id"]
        if release == "20260210-1":
            break
        threading.Event().wait(0.05)
    assert release == "20260210-1"
    server.stop()
    thread.join(timeout=20)
    assert not thread.is_alive()
    with pytest.raises(requests.ConnectionError):
        requests.get(url, headers=headers, timeout=5)


def test_a_release_that_cannot_be_read_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> bool:
        raise ReleaseCorrupt("broken")

    caplog.set_level("INFO", logger="embudo.serving")
    failed = followed(fail, "")
    assert failed == "broken"
    assert followed(fail, failed) == "broken"
    assert len(caplog.records) == 1
    assert followed(lambda: True, failed) == ""
    assert followed(lambda: False, "") == ""
    assert len(caplog.records) == 2


@pytest.mark.slow
def test_a_switch_under_load_fails_and_mixes_nothing(release_dir: Path, tmp_path: Path) -> None:
    """I1 and I8: each answer is of one release, and its release id is true."""
    tokens = TokenStore(tmp_path / "tokens.json")
    headers = {"authorization": f"bearer {tokens.create('a', 'service')}"}
    store = FolderStore.of(release_dir, tmp_path / "releases")
    with duckdb.connect(store.folder / "20260210-1" / "marts.duckdb") as marts:
        marts.execute("update customer.fct_order_lines set net_amount = 2 * net_amount")
    expected = {"20260211-1": 700.4, "20260210-1": 1400.8}
    server = Server(
        store=store,
        tokens=tokens,
        address=Address(port=0, flight_port=0),
        limits=QueryLimits(seconds=9),
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    url = f"{server.url}/api/v1/query?metrics=revenue&group_by=rep__name"
    done = threading.Event()

    def read() -> set[str]:
        seen = set()
        with requests.Session() as session:
            while not done.is_set():
                answer = session.get(url, headers=headers, timeout=30)
                assert answer.status_code == 200, answer.text
                release = answer.headers["embudo-release"]
                total = sum(row["revenue"] for row in answer.json()["rows"])
                assert (round(total, 2), answer.json()["trust"]["release_id"]) == (
                    expected[release],
                    release,
                )
                seen.add(release)
        return seen

    with ThreadPoolExecutor(6) as pool:
        readers = [pool.submit(read) for _ in range(6)]
        try:
            for number in range(30):
                store.current = sorted(expected)[number % 2]
                server.service.pool.follow()
        finally:
            done.set()
        assert {release for reader in readers for release in reader.result()} == set(expected)
    server.stop()
    thread.join(timeout=20)
    assert not thread.is_alive()


@pytest.fixture
def key_pair(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that signs itself, and its key."""
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)],
        check=True,
        capture_output=True,
    )  # fmt: skip
    return certificate, key


def test_tls_of_both_ports(release_dir: Path, tmp_path: Path, key_pair: tuple[Path, Path]) -> None:
    certificate, key = key_pair
    tokens = TokenStore(tmp_path / "tokens.json")
    headers = {"authorization": f"bearer {tokens.create('a', 'service')}"}
    store = FolderStore.of(release_dir, tmp_path / "releases")
    address = Address(port=0, flight_port=0, certificate=certificate, key=key)
    server = Server(store=store, tokens=tokens, address=address, limits=QueryLimits())
    thread = threading.Thread(target=server.run)
    thread.start()
    url = f"{server.url}/api/v1/metrics"
    assert url.startswith("https://") and server.flight_url.startswith("grpc+tls://")
    assert (
        requests.get(url, headers=headers, verify=str(certificate), timeout=30).status_code == 200
    )
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(url, headers=headers, timeout=30)
    credentials = grpc.ssl_channel_credentials(certificate.read_bytes())
    place = server.flight_url.removeprefix("grpc+tls://")
    with grpc.secure_channel(place, credentials) as channel:
        run = channel.unary_stream("/arrow.flight.protocol.FlightService/ListActions")
        assert len(list(run(b"", metadata=tuple(headers.items()), timeout=20))) == 3
    server.stop()
    thread.join(timeout=20)
    assert not thread.is_alive()
