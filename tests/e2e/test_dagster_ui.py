"""Dagster's page as an engineer sees it: lineage from stream to mart, checks, the run of the command line."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import CHROMIUM_OFFLINE, ROOT, Embudo

pytestmark = [pytest.mark.slow, pytest.mark.browser]


@pytest.fixture(scope="module")
def page_address(company: Embudo) -> Iterator[str]:
    """`embudo ui` on a free port of this machine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [
            str(Path(sys.executable).with_name("embudo")), "ui", "--port", str(port),
            "--home", str(company.home), "--config", str(company.config),
        ],
        cwd=ROOT,
        env=dict(os.environ),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(120):
            try:
                urllib.request.urlopen(f"{address}/server_info", timeout=2)
                break
            except OSError:
                assert server.poll() is None, "embudo ui ended"
                time.sleep(1)
        else:
            pytest.fail("Dagster did not answer within two minutes")
        yield address
    finally:
        os.killpg(server.pid, signal.SIGINT)
        try:
            server.wait(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait(timeout=20)


def graphql(address: str, query: str) -> dict[str, Any]:
    """The data of a GraphQL answer."""
    request = urllib.request.Request(
        f"{address}/graphql",
        data=json.dumps({"query": query}).encode(),
        headers={"content-type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return dict(json.load(answer)["data"])


def test_lineage_leads_from_the_stream_to_the_release(page_address: str) -> None:
    nodes = graphql(
        page_address,
        "{ assetNodes { assetKey { path } dependencyKeys { path } } }",
    )["assetNodes"]
    parents = {
        "/".join(node["assetKey"]["path"]): ["/".join(k["path"]) for k in node["dependencyKeys"]]
        for node in nodes
    }
    ancestors, waiting = set(), ["release/current"]
    while waiting:
        key = waiting.pop()
        if key not in ancestors:
            ancestors.add(key)
            waiting += parents.get(key, [])
    for key in ("files/orders", "files/calls", "customer/fct_order_lines", "activity/fct_calls"):
        assert key in ancestors


def test_the_command_lines_run_shows_with_schedule_and_sensor(page_address: str) -> None:
    runs = graphql(page_address, "{ runsOrError { ... on Runs { results { jobName status } } } }")
    assert {"jobName": "refresh", "status": "SUCCESS"} in runs["runsOrError"]["results"]
    response = graphql(
        page_address,
        "{ repositoriesOrError { ... on RepositoryConnection { nodes "
        "{ schedules { name executionTimezone } sensors { name } } } } }",
    )["repositoriesOrError"]["nodes"][0]
    assert response["schedules"] == [
        {"name": "refresh_schedule", "executionTimezone": "Europe/Madrid"}
    ]
    assert {"name": "file_drop_sensor"} in response["sensors"]


def test_a_person_sees_lineage_and_checks(page_address: str, tmp_path: Path) -> None:
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium")
    assert chromium, "make test installs Chromium"
    outside: list[str] = []
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=CHROMIUM_OFFLINE)
        page = browser.new_page(viewport={"width": 1600, "height": 1000})
        page.on(
            "request",
            lambda request: (
                outside.append(request.url)
                if request.url.startswith("http") and not request.url.startswith(page_address)
                else None
            ),
        )
        mart = f"{page_address}/assets/customer/fct_order_lines"
        page.goto(f"{mart}?view=lineage&lineageScope=upstream&lineageDepth=1")
        page.get_by_text("int_orders__sale_motions").first.wait_for(timeout=60_000)
        page.get_by_text("Passed").first.wait_for(timeout=60_000)
        picture = tmp_path / "lineage.png"
        page.screenshot(path=picture)
        page.goto(f"{mart}?view=checks")
        # The list shortens long names, and keeps the full one beside it for measuring.
        check = page.get_by_text("is_key_fct_order_lines_order_line_key").first
        check.wait_for(state="attached", timeout=60_000)
        browser.close()
    assert picture.stat().st_size > 20_000
    assert outside == []
