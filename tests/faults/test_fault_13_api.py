"""Fault 13: an API's page comes twice, with 429, 500, a time-out, an expired token, broken JSON; SIGKILL in
mid-page. It is requested again with back-off, counts are exact (I3, I4, I6), and the token's error is clear.

Everything runs on a real HTTP server that misbehaves by script, with dlt, the real ledger and DuckDB.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.core.errors import SourceError
from orchestration.core.failpoints import KILL_AT
from orchestration.core.records import LandingResult, SourceFailure
from orchestration.ingestion import Ledger
from orchestration.ingestion.ledger.loads import active_loads
from orchestration.ingestion.ledger.runs import failed_checks, recent_refreshes
from orchestration.ingestion.ledger.waivers import grant_waiver
from orchestration.refresh.session import RefreshSession
from orchestration.settings import Home
from orchestration.settings.workspace import Workspace
from tests.api_server import (
    ApiRequest,
    ApiResponse,
    ApiServer,
    fetch_and_land,
    offset_pages,
)
from tests.conftest import ROOT
from tests.reporters import RecordingReporter

TOKEN = "canary-5f1d-not-to-be-seen"
PAGE, RECORDS = 10, 47
SETTINGS = """
company: Test
sources:
  crm:
    kind: api
    base_url: {url}/v1
    auth: {{kind: bearer, token_env: CRM_TOKEN}}
    timeout_seconds: 0.6
    retries: {{attempts: 4, base_seconds: 0.05, max_seconds: 5}}
    time_zone: UTC
    streams:
      deals:
        path: deals
        data_selector: data
        primary_key: id
        pagination:
          {{kind: offset, param: start, limit: 10, has_more: additional_data.pagination.more_items_in_collection}}
        cursor: {{param: since, path: update_time, format: "%Y-%m-%d %H:%M:%S", lag: 2d}}
        columns:
          deal_id: id
          stage: stage
          status: {{value: open}}
          amount: value
          created_at: add_time
          updated_at: update_time
  people:
    kind: files
    streams:
      users: {{files: users.csv, columns: {{user_id: id, full_name: name}}}}
"""


def deal(number: int, *, at: str | None = None, value: float = 10.25) -> dict[str, Any]:
    """A deal as the API returns it; deal `n` was updated `n` hours into 2026."""
    updated = datetime(2026, 1, 1) + timedelta(hours=number)
    return {
        "id": number,
        "stage": "Offer",
        "value": value,
        "add_time": "2025-12-01 08:00:00",
        "update_time": at or f"{updated:%Y-%m-%d %H:%M:%S}",
        "org": {"name": "ACME", "tags": ["a", "b"]},
    }


@dataclass
class Company:
    """A home with the API's settings, and the part of a refresh that concerns it: fetching and landing."""

    api: ApiServer
    home: Home
    config: Path
    records: list[dict[str, Any]]
    messages: list[str]

    def refresh(self) -> tuple[tuple[SourceFailure, ...], LandingResult]:
        return fetch_and_land(self.config, self.home, RecordingReporter(self.messages))

    def counts(self) -> tuple[int, int]:
        """Rows and different deals in landing, by DuckDB from the Parquet files."""
        files = self.home.landing_of(source="crm", stream="deals")
        if not files.is_dir():
            return 0, 0
        row = duckdb.sql(
            f"select count(*), count(distinct deal_id) from '{files}/*.parquet'"
        ).fetchone()
        assert row is not None
        return row[0], row[1]

    def change(self, old: str, new: str) -> None:
        text = self.config.read_text()
        assert old in text
        self.config.write_text(text.replace(old, new))


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    monkeypatch.setenv("CRM_TOKEN", TOKEN)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    records = [deal(number) for number in range(1, RECORDS + 1)]

    def respond(request: ApiRequest) -> ApiResponse:
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return ApiResponse({"error": "unauthorized"}, status=401)
        since = request.params.get("since", "")
        return offset_pages([r for r in records if r["update_time"] >= since], request)

    api = ApiServer(respond)
    config = tmp_path / "embudo.yml"
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "users.csv").write_text("id,name\n1,Ana\n2,Luis\n")
    with api.running():
        config.write_text(SETTINGS.format(url=api.url))
        yield Company(api, Home.at(tmp_path / "home").prepare(), config, records, [])


def test_all_pages_land_once_and_nothing_new_lands_nothing(company: Company) -> None:
    failures, landed = company.refresh()
    assert failures == ()
    [load] = [load for load in landed.loads if load.source == "crm"]
    assert (load.rows_read, load.rows_landed, load.rows_quarantined) == (RECORDS, RECORDS, 0)
    assert company.counts() == (RECORDS, RECORDS)
    assert len(company.api.requests) == 5
    total = duckdb.sql(
        f"select sum(amount) from '{company.home.landing}/crm/deals/*.parquet'"
    ).fetchone()
    assert total is not None
    assert float(total[0]) == 10.25 * RECORDS

    company.api.requests.clear()
    failures, landed = company.refresh()
    assert (failures, landed.loads) == ((), ())
    # The last update is of 2 January, 23:00; two days before that is where it is requested from.
    assert company.api.requests[0].params["since"] == "2025-12-31 23:00:00"


def test_nested_objects_are_kept_beside_the_mapped_columns(company: Company) -> None:
    company.refresh()
    row = duckdb.sql(
        f"select _extra->'org'->>'name', _extra->'org'->'tags'->>1 "
        f"from '{company.home.landing}/crm/deals/*.parquet' limit 1"
    ).fetchone()
    assert row == ("ACME", "b")


FAULTS = {
    "429": [ApiResponse({}, status=429)],
    "500": [ApiResponse(b"<html>oops</html>", status=500)],
    "502 and 503": [ApiResponse(b"", status=502), ApiResponse(b"", status=503)],
    "time-out": [lambda good: ApiResponse(good.body, hang=True)],
    "broken JSON": [ApiResponse(b'{"data": [{"id": 1')],
    "an error page in place of JSON": [ApiResponse(b"<html>busy</html>")],
    "bytes that are no text": [ApiResponse(b'{"data": "\xff\xfe"}')],
    "cut in mid-body": [lambda good: ApiResponse(good.body, cut=True)],
    "connection dropped": [lambda good: ApiResponse(good.body, drop=True)],
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_transient_fault_is_retried_and_counts_are_exact(company: Company, name: str) -> None:
    company.api.faults.extend([None, *FAULTS[name]])
    failures, _ = company.refresh()
    assert failures == ()
    assert company.counts() == (RECORDS, RECORDS)
    assert len(company.api.requests) == 5 + len(FAULTS[name])
    starts = [request.params["start"] for request in company.api.requests]
    assert starts == ["0", *["10"] * (1 + len(FAULTS[name])), "20", "30", "40"]


def test_waits_double_and_retry_after_is_kept_to(company: Company) -> None:
    company.change("base_seconds: 0.05", "base_seconds: 0.2")
    company.api.faults.extend([ApiResponse({}, status=503)] * 3)
    company.refresh()
    times = [request.at for request in company.api.requests[:4]]
    waits = [later - earlier for earlier, later in pairwise(times)]
    for wait, least in zip(waits, (0.2, 0.4, 0.8), strict=True):
        assert least <= wait < least + 0.35

    company.api.requests.clear()
    company.api.faults.append(ApiResponse({}, status=429, headers={"Retry-After": "1"}))
    company.refresh()
    assert 1 <= company.api.requests[1].at - company.api.requests[0].at < 1.5


def test_a_page_that_comes_twice_counts_once(company: Company) -> None:
    first: list[ApiResponse] = []

    def remember(good: ApiResponse) -> ApiResponse:
        first.append(good)
        return good

    company.api.faults.extend([remember, None, lambda _: first[0]])
    # The third page's own records come at the end, as they do where a list shifts while it is read.
    company.records += company.records[20:30]
    failures, _ = company.refresh()
    assert failures == ()
    assert company.counts() == (RECORDS, RECORDS)
    assert any("10 sent twice" in text for text in company.messages)


def test_a_server_that_stays_down_lands_nothing_and_is_fetched_from_where_it_stopped(
    company: Company,
) -> None:
    company.api.faults.extend([None, None, *[ApiResponse(b"", status=500)] * 4])
    [failure], landed = company.refresh()
    assert "500 Internal Server Error" in failure.reason
    assert "Source crm, stream deals" in failure.reason
    assert "page 3" in failure.reason
    assert failure.is_fatal
    assert company.counts() == (0, 0)
    assert [load.source for load in landed.loads] == ["people"], "files land all the same"
    assert list(company.home.answers.rglob("*.jsonl")) == []

    failures, _ = company.refresh()
    assert failures == ()
    assert company.counts() == (RECORDS, RECORDS)


def test_an_unreachable_server_is_reported_as_such(company: Company) -> None:
    company.change(company.api.url, "http://127.0.0.1:9")
    [failure], _ = company.refresh()
    assert "http://127.0.0.1:9/v1/deals" in failure.reason
    assert "cannot be reached" in failure.reason
    assert "after 4 attempt(s)" in failure.reason


@pytest.mark.parametrize(
    ("status", "problem"), [(401, "has expired or is wrong"), (403, "may not")]
)
def test_a_token_that_expires_between_pages(company: Company, status: int, problem: str) -> None:
    company.api.faults.extend([None, None, ApiResponse({"token": TOKEN}, status=status)])
    [failure], landed = company.refresh()
    for words in (
        "Source crm, stream deals",
        "GET",
        "/v1/deals",
        "CRM_TOKEN",
        problem,
        str(status),
    ):
        assert words in failure.reason
    assert TOKEN not in failure.reason
    assert len(company.api.requests) == 3, "no token is tried twice"
    assert company.counts() == (0, 0)
    assert [load.source for load in landed.loads] == ["people"]
    company.refresh()
    assert company.counts() == (RECORDS, RECORDS)


def test_a_token_that_is_not_set(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CRM_TOKEN")
    [failure], _ = company.refresh()
    assert "needs CRM_TOKEN in the environment" in failure.reason
    assert company.api.requests == []


def test_an_accepted_silence_lets_one_refresh_go_on(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`embudo waive loads.sources_answered`: what the other sources sent need not wait for an API."""
    monkeypatch.delenv("CRM_TOKEN")
    workspace = Workspace.open(config=company.config, home=company.home.root, inbox=None)

    def read(run_id: str) -> None:
        with RefreshSession(workspace, run_id=run_id, report=RecordingReporter()) as session:
            session.land()
            session.require_sources()

    with pytest.raises(SourceError, match="CRM_TOKEN"):
        read("first")
    with Ledger(company.home.ledger) as ledger:
        failed = failed_checks(recent_refreshes(ledger)[0])
        seen = next(check for check in failed if check.check.startswith("loads.sources_answered"))
        grant_waiver(ledger, seen, reason="the CRM is down till Monday", signed_by="ana")
    read("second")


def test_json_that_stays_broken_names_the_path_and_no_data(company: Company) -> None:
    company.api.faults.extend([ApiResponse(b'{"data": [{"name": "Maria Secreta"')] * 4)
    [failure], _ = company.refresh()
    assert "/v1/deals, page 1: a response that is not JSON" in failure.reason
    assert "Maria" not in failure.reason


@pytest.mark.parametrize("wrong", ["data_selector: deals", "has_more: more.of.it"])
def test_a_response_of_another_shape_is_no_empty_page(company: Company, wrong: str) -> None:
    key = wrong.split(":")[0]
    text = company.config.read_text()
    company.config.write_text(re.sub(rf"{key}: [\w.]+", wrong, text, count=1))
    [failure], _ = company.refresh()
    assert wrong.split()[1] in failure.reason
    assert "ACME" not in failure.reason, "a response's data stays out of errors"
    assert company.counts() == (0, 0)


CHILD = """
import sys
from itertools import pairwise
from pathlib import Path
from orchestration.ingestion import fetch_apis, land
from orchestration.settings import Home, load_settings

class Silent:
    def step(self, name): pass
    def detail(self, text): pass

settings, home = load_settings(Path(sys.argv[1])), Home.at(sys.argv[2])
if limit := int(sys.argv[3]):
    import resource
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
for failure in fetch_apis(settings, home, report=Silent()):
    sys.exit(failure.reason)
land(settings, home, run_id="killed", report=Silent())
"""


def _child(
    company: Company, *, largest_file: int = 0, **environment: str
) -> subprocess.Popen[bytes]:
    """Asking and landing in a process of its own; `largest_file` (bytes) stands for a full disk."""
    arguments = (company.config, company.home.root, largest_file)
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, *map(str, arguments)],
        env=os.environ | environment,
        cwd=ROOT,
        stderr=subprocess.PIPE,
    )


@pytest.mark.parametrize(
    "step",
    [
        "api.page",
        "api.written",
        "api.remembered",
        "api.named",
        "landing.written",
        "landing.entered",
    ],
)
def test_killed_at_a_step_the_next_refresh_has_exact_counts(company: Company, step: str) -> None:
    with _child(company, **{KILL_AT: step}) as child:
        child.communicate(timeout=60)
    assert child.returncode == -signal.SIGKILL, "the step was reached"
    failures, _ = company.refresh()
    assert failures == ()
    assert company.counts() == (RECORDS, RECORDS)
    assert company.refresh()[1].loads == ()
    kept = sorted(path.name for path in company.home.answers.rglob("*") if path.is_file())
    assert [name for name in kept if ".tmp-" in name] == []
    lines = [path.read_text() for path in company.home.answers.rglob("*.jsonl")]
    assert sum(text.count("\n") for text in lines) == RECORDS


def test_killed_while_a_page_is_on_its_way(company: Company) -> None:
    company.change("timeout_seconds: 0.6", "timeout_seconds: 30")
    child = _child(company)
    company.api.on_hang = lambda: child.send_signal(signal.SIGKILL)
    company.api.faults.extend([None, None, lambda good: ApiResponse(good.body, hang=True)])
    with child:
        child.communicate(timeout=60)
    assert child.returncode == -signal.SIGKILL
    company.refresh()
    assert company.counts() == (RECORDS, RECORDS)


@pytest.mark.parametrize("largest_file", [3_000, 60_000], ids=["records", "state"])
def test_a_full_disk_keeps_nothing_by_half(company: Company, largest_file: int) -> None:
    """Fault 8 for APIs: records or state that cannot be written end with a clear error."""
    company.records += [deal(number) for number in range(1000, 1150)]
    with _child(company, largest_file=largest_file) as child:
        message = child.communicate(timeout=60)[1].decode()
    assert child.returncode == 1
    assert "Traceback" not in message
    assert "free space on the disk" in message
    company.refresh()
    assert company.counts() == (RECORDS + 150, RECORDS + 150)


def test_late_and_changed_records_within_the_lag_land_and_known_ones_do_not(
    company: Company,
) -> None:
    company.refresh()
    company.records.append(deal(900, at="2026-01-01 12:00:00"))
    company.records[40] = deal(41, value=99.5)
    _, landed = company.refresh()
    assert [load.rows_landed for load in landed.loads] == [2]
    assert company.counts() == (RECORDS + 2, RECORDS + 1)


def test_a_record_of_the_year_2100_does_not_end_the_fetching(company: Company) -> None:
    company.records.append(deal(48, at="2100-01-01 00:00:00"))
    company.refresh()
    company.api.requests.clear()
    company.refresh()
    assert company.api.requests[0].params["since"] == "2025-12-31 23:00:00"


def test_records_without_key_or_cursor_are_counted(company: Company) -> None:
    """Fault 15 for APIs: NULL keys go to quarantine, NULL cursors land."""
    nameless = [deal(48) | {"id": None}, deal(49) | {"id": None}]
    company.records += [*nameless, deal(50) | {"update_time": ""}]
    _, landed = company.refresh()
    [load] = [load for load in landed.loads if load.source == "crm"]
    assert (load.rows_read, load.rows_landed, load.rows_quarantined) == (50, 48, 2)
    assert any("1 without a valid cursor" in text for text in company.messages)
    assert company.refresh()[1].loads == ()


def test_pages_that_go_round_end(company: Company) -> None:
    page = company.records[:PAGE]
    company.api.respond = lambda request: ApiResponse(
        {
            "data": page,
            "additional_data": {"pagination": {"more_items_in_collection": True}},
        }
    )
    [failure], _ = company.refresh()
    assert "the pagination loops" in failure.reason
    assert len(company.api.requests) == 6
    assert company.counts() == (0, 0)


def test_pages_shorter_than_requested_lose_nothing_silently(company: Company) -> None:
    company.change("limit: 10", "limit: 20")
    company.api.respond = lambda request: offset_pages(
        company.records, ApiRequest(request.path, {**request.params, "limit": "10"}, {}, 0)
    )
    [failure], _ = company.refresh()
    assert "`pagination.limit`" in failure.reason
    assert company.counts() == (0, 0)


def test_a_next_link_to_another_address_gets_no_secret(company: Company) -> None:
    other = ApiServer(lambda request: ApiResponse({"data": []}))
    text = company.config.read_text()
    company.config.write_text(
        re.sub(r"pagination:\n +\{.*\}\n", "pagination: {kind: json_link, next: next}\n", text)
    )
    with other.running():
        company.api.respond = lambda request: ApiResponse(
            {"data": [], "next": f"{other.url}/v1/deals"}
        )
        [failure], _ = company.refresh()
        company.api.respond = lambda request: ApiResponse(
            {}, 302, {"Location": f"{other.url}/v1/deals"}
        )
        [redirected], _ = company.refresh()
    assert "another address" in failure.reason
    assert "302 Found" in redirected.reason
    assert other.requests == []


def test_the_rate_limit_is_kept_to(company: Company) -> None:
    company.change(
        "    time_zone: UTC", "    rate_limit: {requests: 2, seconds: 0.5}\n    time_zone: UTC"
    )
    company.refresh()
    times = [request.at for request in company.api.requests]
    assert len(times) == 5
    assert all(later - earlier >= 0.45 for earlier, later in zip(times, times[2:], strict=False))


def test_no_secret_in_anything_that_is_kept(company: Company) -> None:
    """Fault 19 for APIs: the canary is in the request and nowhere else."""
    company.change(
        "{kind: bearer, token_env: CRM_TOKEN}",
        "{kind: api_key, key_env: CRM_TOKEN, name: api_token, place: query}",
    )
    records = company.records
    company.api.respond = lambda request: offset_pages(records, request)
    company.api.faults.extend([None, ApiResponse({"you sent": TOKEN}, status=401)])
    company.refresh()
    company.api.faults.append(ApiResponse({f"you sent {TOKEN}": 1}))
    company.refresh()
    company.change(f"{company.api.url}/v1", "http://127.0.0.1:9/v1")
    company.refresh()
    company.change("http://127.0.0.1:9/v1", f"{company.api.url}/v1")
    company.refresh()
    assert {request.params["api_token"] for request in company.api.requests} == {TOKEN}
    assert company.counts() == (RECORDS, RECORDS)
    kept = [path for path in company.home.root.rglob("*") if path.is_file()]
    assert any(path.suffix == ".jsonl" for path in kept)
    assert [path for path in kept if TOKEN.encode() in path.read_bytes()] == []
    assert [text for text in company.messages if TOKEN in text] == []


def test_a_changed_mapping_rereads_the_stored_records_without_fetching_them(
    company: Company,
) -> None:
    company.refresh()
    company.change(
        "status: {value: open}", "status: {value: lost}\n          closed_at: update_time"
    )
    company.api.requests.clear()
    company.refresh()
    assert company.api.requests[0].params["since"] > "2025-12"
    with Ledger(company.home.ledger) as ledger:
        active = [load for load, _ in active_loads(ledger) if load.source == "crm"]
    assert [load.rows_landed for load in active] == [RECORDS]


def test_dlt_does_not_call_home(company: Company, tmp_path: Path) -> None:
    """I11: in a hostile environment, whatever is not for the API would go to a proxy; nothing does."""
    proxy = ApiServer(lambda request: ApiResponse({}))
    (tmp_path / ".dlt").mkdir()
    names = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")
    with proxy.running():
        (tmp_path / ".dlt" / "config.toml").write_text(
            f'[runtime]\ndlthub_telemetry = true\nsentry_dsn = "{proxy.url}/1"\nlog_level = "DEBUG"\n'
        )
        hostile = dict.fromkeys(names, proxy.url) | {
            "RUNTIME__DLTHUB_TELEMETRY": "true",
            "RUNTIME__DLTHUB_TELEMETRY_ENDPOINT": f"{proxy.url}/telemetry",
            "RUNTIME__SENTRY_DSN": f"{proxy.url}/1",
            "RUNTIME__LOG_LEVEL": "DEBUG",
            "DLT_PROJECT_DIR": str(tmp_path),
            "HOME": str(tmp_path),
            "no_proxy": "127.0.0.1",
        }
        with _child(company, **hostile) as child:
            message = child.communicate(timeout=60)[1].decode()
    assert child.returncode == 0, message
    assert message == "", "nothing is logged, a request with its secret least of all"
    assert company.counts() == (RECORDS, RECORDS)
    assert proxy.requests == []
