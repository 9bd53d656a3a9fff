"""The examples of vendors' APIs against what the vendors publish: Twilio's specification with its own example
responses, and a response of Pipedrive. Served from this machine; the mappings are those of `examples/`.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.ingestion.mapping import columns_read
from orchestration.settings import ApiSpec, Home, load_settings
from tests.api_server import ApiRequest, ApiResponse, ApiServer, fetch_and_land
from tests.conftest import ROOT, public_data
from tests.reporters import RecordingReporter

CALLS = "/2010-04-01/Accounts/{AccountSid}/Calls.json"


def example(name: str, server: ApiServer, folder: Path) -> Path:
    """An example's settings, but for its address."""
    spec = load_settings(ROOT / "examples" / name / "embudo.yml").apis.popitem()[1]
    host = "/".join(spec.base_url.split("/")[:3])
    text = (ROOT / "examples" / name / "embudo.yml").read_text()
    (folder / "embudo.yml").write_text(text.replace(host, server.url))
    (folder / "inbox").mkdir()
    return folder / "embudo.yml"


def landed(home: Home, source: str, stream: str, columns: str) -> list[tuple[Any, ...]]:
    files = home.landing_of(source=source, stream=stream)
    return duckdb.sql(f"select {columns} from '{files}/*.parquet' order by all").fetchall()


@pytest.fixture
def twilio() -> dict[str, Any]:
    folder = public_data("vendor_api_shapes") / "twilio"
    return dict(json.loads((folder / "twilio_api_v2010.calls_subset.json").read_text()))


def test_twilio_has_what_the_mapping_reads(twilio: dict[str, Any]) -> None:
    spec = load_settings(ROOT / "examples" / "twilio_calls" / "embudo.yml").apis["twilio"]
    assert isinstance(spec, ApiSpec)
    [endpoint] = spec.streams["calls"]
    described = twilio["paths"][CALLS]["get"]
    schema = twilio["components"]["schemas"]["api.v2010.account.call"]["properties"]
    assert set(columns_read(endpoint.selection("calls"))) <= set(schema)
    assert set(endpoint.primary_key) <= set(schema)
    parameters = {parameter["name"] for parameter in described["parameters"]}
    assert endpoint.cursor is not None
    assert {*endpoint.params, endpoint.cursor.param} <= parameters
    schema = described["responses"]["200"]["content"]["application/json"]["schema"]["properties"]
    assert {endpoint.data_selector, endpoint.pagination.next} <= set(schema)
    statuses = twilio["components"]["schemas"]["call_enum_status"]["enum"]
    done = set(endpoint.columns["disposition"].map)
    assert done <= set(statuses)
    assert all(f"'{status}'" in str(endpoint.where) for status in set(statuses) - done)


def test_twilios_own_example_responses(
    twilio: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its second page repeats the calls of the first: they count once."""
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", "AC1")
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "t0ken")
    content = twilio["paths"][CALLS]["get"]["responses"]["200"]["content"]["application/json"]
    pages = [
        content["examples"][name]["value"]
        for name in ("readFullPage1", "readFullPage2", "readEmptyDatesGreater")
    ]

    def respond(request: ApiRequest) -> ApiResponse:
        return ApiResponse(pages[int(request.params.get("Page", 0))])

    home, reporter = Home.at(tmp_path / "home").prepare(), RecordingReporter()
    with ApiServer(respond).running() as server:
        failures, _ = fetch_and_land(example("twilio_calls", server, tmp_path), home, reporter)
    assert failures == ()
    assert [request.params.get("Page") for request in server.requests] == [None, "1", "2"]
    assert server.requests[0].params["StartTime>"] == "2024-01-01"
    assert any("2 sent twice" in text for text in reporter.details)
    columns = "direction, started_at, ended_at, talk_seconds, disposition, from_number"
    day = (2019, 10, 18)
    assert landed(home, "twilio", "calls", columns) == [
        ("inbound", datetime(*day, 16, 2), datetime(*day, 16, 3), 3, "answered", "+13051416798"),
        ("outbound", datetime(*day, 17, 2), datetime(*day, 17, 3), 4, "answered", "+13051416799"),
    ]


def test_a_response_of_pipedrive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three persons, of whom one is gone: `data` is null."""
    monkeypatch.setenv("PIPEDRIVE_TOKEN", "t0ken")
    folder = public_data("vendor_api_shapes") / "dlt"
    body = json.loads((folder / "pipedrive_recents_response_with_null.json").read_text())
    nothing = {**body, "data": None}
    home, reporter = Home.at(tmp_path / "home").prepare(), RecordingReporter()
    server = ApiServer(
        lambda request: ApiResponse(body if request.params.get("items") == "person" else nothing)
    )
    with server.running():
        failures, result = fetch_and_land(
            example("pipedrive_deals", server, tmp_path), home, reporter
        )
    assert failures == ()
    assert [(load.stream, load.rows_read, load.rows_quarantined) for load in result.loads] == [
        ("contacts", 3, 0)
    ]
    columns = "contact_id, account_id, updated_at < now() - interval 1 day, _is_deleted"
    assert landed(home, "pipedrive", "contacts", columns) == [
        ("4", None, False, True),
        ("532", None, True, False),
        ("611", "4", True, False),
    ]
