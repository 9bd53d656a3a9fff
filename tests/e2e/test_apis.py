"""API sources by the command line: the mapping of a vendor's real shape, fetched from a server on this machine.

Deals are made up here; figures are calculated from them in Python.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.api_server import ApiRequest, ApiResponse, ApiServer, offset_pages
from tests.conftest import ROOT, Embudo

pytestmark = pytest.mark.slow

TOKEN = "canary-9b2e-pipedrive"
DEALS = 620
"""More than a page of Pipedrive's."""


def made_up_deal(number: int) -> dict[str, Any]:
    """A third won, a third lost, a third open, over the first months of 2026."""
    status = ("won", "lost", "open")[number % 3]
    added = f"2026-{1 + number % 4:02d}-{1 + number % 27:02d} 09:{number % 60:02d}:00"
    closed = f"2026-{2 + number % 4:02d}-{1 + number % 27:02d} 17:00:00"
    return {
        "id": number,
        "title": f"Deal {number}",
        "org_id": 1 + number % 5,
        "person_id": None,
        "user_id": 11 + number % 2,
        "pipeline_id": 1,
        "stage_id": 1 + number % 4,
        "value": 100 + number * 1.25,
        "currency": "EUR",
        "status": status,
        "lost_reason": "Price" if status == "lost" else None,
        "add_time": added,
        "won_time": closed if status == "won" else None,
        "lost_time": closed if status == "lost" else None,
        "close_time": None,
        "expected_close_date": "2026-12-31",
        "update_time": added if status == "open" else closed,
        "visible_to": "3",
    }


@dataclass
class Pipedrive:
    """What the server holds: the newest version of each item, `None` for one that is gone for good."""

    deals: dict[int, dict[str, Any] | None] = field(
        default_factory=lambda: {n: made_up_deal(n) for n in range(1, DEALS + 1)}
    )
    token: str = TOKEN

    def respond(self, request: ApiRequest) -> ApiResponse:
        if request.headers.get("x-api-token") != self.token:
            return ApiResponse({"success": False, "error": "unauthorized access"}, status=401)
        if request.path == "/v1/users":
            names = {11: "Ana Ruiz", 12: "Luis Gil"}
            return ApiResponse(
                {
                    "success": True,
                    "data": [
                        {
                            "id": key,
                            "name": name,
                            "email": f"u{key}@example.com",
                            "is_admin": 0,
                            "active_flag": True,
                            "modified": "2026-01-01 08:00:00",
                        }
                        for key, name in names.items()
                    ],
                }
            )
        items = {
            "deal": self.deals,
            "organization": {
                n: {
                    "id": n,
                    "name": f"Org {n}",
                    "owner_id": 11,
                    "active_flag": True,
                    "address_country": "Spain",
                    "add_time": "2026-01-01 08:00:00",
                    "update_time": "2026-01-01 08:00:00",
                }
                for n in range(1, 6)
            },
            "person": {4: None},
        }[request.params["items"]]
        since = request.params["since_timestamp"]
        rows = [
            {"item": request.params["items"], "id": key, "data": data}
            for key, data in items.items()
            if data is None or data["update_time"] >= since
        ]
        return offset_pages(rows, request)

    def won(self) -> list[dict[str, Any]]:
        return [d for d in self.deals.values() if d and d["status"] == "won"]


@dataclass(frozen=True)
class Company:
    pipedrive: Pipedrive
    api: ApiServer
    embudo: Embudo

    def refresh(self, *, expect: int = 0, token: str = TOKEN) -> str:
        done = self.embudo("refresh", expect=expect, PIPEDRIVE_TOKEN=token, NO_PROXY="127.0.0.1")
        assert TOKEN not in done.stdout + done.stderr
        return done.stderr

    def loads(self) -> dict[str, int]:
        """Rows landed by `source.stream`, straight from the ledger's tables."""
        with closing(sqlite3.connect(self.embudo.home / "ledger.sqlite")) as ledger:
            return dict(
                ledger.execute(
                    "select source || '.' || stream, sum(rows_landed) from loads group by 1"
                ).fetchall()
            )


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """The example of Pipedrive, with a file drop beside it; tests use it in their order."""
    folder = tmp_path_factory.mktemp("pipedrive")
    pipedrive = Pipedrive()
    api = ApiServer(pipedrive.respond)
    with api.running():
        text = (ROOT / "examples" / "pipedrive_deals" / "embudo.yml").read_text()
        assert "https://api.pipedrive.com" in text
        retries = "kind: api\n    retries: {attempts: 2, base_seconds: 0.1}"
        text = text.replace("https://api.pipedrive.com", api.url).replace("kind: api", retries, 1)
        text += (
            "  ads:\n    streams:\n      marketing_spend:\n        files: spend.csv\n"
            "        columns: {spend_on: day, channel: {value: search}, amount: eur}\n"
        )
        (folder / "embudo.yml").write_text(text)
        (folder / "inbox").mkdir()
        (folder / "inbox" / "spend.csv").write_text("day,eur\n2026-01-31,120.50\n")
        embudo = Embudo(home=folder / "home", config=folder / "embudo.yml")
        yield Company(pipedrive, api, embudo)


def test_an_expired_token_stops_the_refresh_and_the_files_have_landed(company: Company) -> None:
    output = " ".join(company.refresh(expect=3, token="old").split())
    for words in ("Source pipedrive, stream deals", "401 Unauthorized", "PIPEDRIVE_TOKEN"):
        assert words in output
    assert company.loads() == {"ads.marketing_spend": 1}
    assert not (company.embudo.home / "current").exists()


def test_the_figures_are_those_of_the_deals(company: Company) -> None:
    company.refresh()
    assert company.loads() == {
        "ads.marketing_spend": 1,
        "pipedrive.users": 2,
        "pipedrive.accounts": 5,
        "pipedrive.contacts": 1,
        "pipedrive.deals": DEALS,
    }
    won = company.pipedrive.won()
    (row,) = company.embudo.query("opportunities_won,won_value,win_rate")
    lost = sum(d["status"] == "lost" for d in company.pipedrive.deals.values() if d)
    assert row["opportunities_won"] == len(won)
    assert row["won_value"] == pytest.approx(sum(d["value"] for d in won))
    assert row["win_rate"] == pytest.approx(len(won) / (len(won) + lost))
    by_rep = company.embudo.query("won_value", "--by", "rep__name")
    ana = sum(d["value"] for d in won if d["user_id"] == 11)
    assert {r["rep__name"]: r["won_value"] for r in by_rep}["Ana Ruiz"] == pytest.approx(ana)


def test_nothing_new_is_fetched_and_nothing_published(company: Company) -> None:
    company.api.requests.clear()
    release = (company.embudo.home / "current").resolve()
    output = company.refresh()
    assert "Already up to date" in output
    assert (company.embudo.home / "current").resolve() == release
    starts = [a.params.get("since_timestamp", "") for a in company.api.requests]
    newest = max(d["update_time"] for d in company.pipedrive.deals.values() if d)
    assert newest[:10] in {text[:10] for text in starts}, "deals are fetched from an hour before"
    assert len(company.api.requests) == 4


def test_planned_requests_are_listed_without_sending_any(company: Company) -> None:
    company.api.requests.clear()
    output = company.embudo("refresh", "--dry-run", PIPEDRIVE_TOKEN="").stdout
    assert "4 API endpoint(s) would be fetched" in output
    assert f"{company.api.url}/v1/recents" in output
    assert "the beginning" in output
    assert "PIPEDRIVE_TOKEN is not set" in output
    assert company.api.requests == []


def test_an_api_that_is_down_with_nothing_else_new_warns(company: Company) -> None:
    config = company.embudo.config
    assert config is not None
    text = config.read_text()
    config.write_text(text.replace("kind: api\n", "kind: api\n    on_breach: warn\n"))
    company.api.faults.extend([ApiResponse(b"", status=503)] * 8)
    output = company.refresh()
    assert "Warning: Source pipedrive" in output
    assert "Already up to date" in output
    company.api.faults.clear()


def test_changes_and_deletions_restate_and_a_failing_stream_only_warns(company: Company) -> None:
    """An open deal is won, a won one is gone for good; users fail meanwhile, which the release reports."""
    deals = company.pipedrive.deals
    opened, gone = 2, 3
    assert deals[opened] and deals[opened]["status"] == "open"
    assert deals[gone] and deals[gone]["status"] == "won"
    deals[opened] |= {
        "status": "won",
        "value": 7777.5,
        "won_time": "2026-05-30 10:00:00",
        "update_time": "2026-05-30 10:00:00",
    }
    deals[gone] = None
    company.api.faults.extend([ApiResponse(b"", status=500)] * 2)
    output = company.refresh()
    assert "verdict warn" in output
    won = company.pipedrive.won()
    (row,) = company.embudo.query("opportunities_won,won_value")
    assert row["opportunities_won"] == len(won)
    assert row["won_value"] == pytest.approx(sum(d["value"] for d in won))
    assert company.loads()["pipedrive.deals"] == DEALS + 2


def test_the_secret_is_nowhere_in_the_home(company: Company) -> None:
    """Fault 19: a canary secret is absent from logs, events, ledger, stored records and releases."""
    files = [path for path in company.embudo.home.rglob("*") if path.is_file()]
    assert any("dagster" in path.parts for path in files)
    assert [path for path in files if TOKEN.encode() in path.read_bytes()] == []
