"""One endpoint fetched: from where it stopped, all or nothing, without forgotten people."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import pytest

from orchestration.core.errors import SourceError
from orchestration.ingestion.api.client import ApiClient
from orchestration.ingestion.api.endpoint_fetch import endpoint_position, fetch_endpoint
from orchestration.ingestion.api.state import ApiState
from orchestration.privacy.hash_key import PrivacyKey
from orchestration.privacy.suppression import TextFilter
from tests.unit.ingestion.api.factories import ENDPOINT, PageClient, api_settings

KEY = PrivacyKey(b"a key of thirty-two characters at least")
FIRST = [{"id": 1, "at": "2026-01-01T00:00:00Z"}, {"id": 2, "at": "2026-01-03T12:00:00Z"}]
SECOND = [{"id": 2, "at": "2026-01-03T12:00:00Z"}, {"id": 3, "at": "2026-01-02T00:00:00Z"}]


@pytest.fixture
def state(tmp_path: Path) -> Iterator[ApiState]:
    with ApiState(tmp_path, source="crm") as opened:
        yield opened


def fetch(
    state: ApiState,
    client: PageClient,
    *,
    endpoint: Mapping[str, Any] = ENDPOINT,
    forgotten: frozenset[str] = frozenset(),
) -> str:
    settings = api_settings(endpoint=endpoint)
    spec = settings.apis["crm"]
    text_filter = TextFilter(forgotten, key=KEY, country="ES")
    try:
        return fetch_endpoint(
            settings, spec, cast(ApiClient, client), state, "deals", spec.streams["deals"][0], text_filter
        )  # fmt: skip
    finally:
        text_filter.close()


def since(state: ApiState, *, endpoint: Mapping[str, Any] = ENDPOINT) -> str | None:
    settings = api_settings(endpoint=endpoint)
    spec = settings.apis["crm"]
    position = endpoint_position(settings, "crm", spec, "deals", spec.streams["deals"][0], state)
    return position.parameter


def stored(folder: Path) -> list[int]:
    lines = [line for path in sorted(folder.rglob("*.jsonl")) for line in path.open()]
    return [json.loads(line)["id"] for line in lines]


def test_a_fetch_reads_from_a_day_before_the_latest_record(state: ApiState, tmp_path: Path) -> None:
    assert since(state) is None
    client = PageClient([FIRST, SECOND])
    assert fetch(state, client) == "3 new or changed records of 2 page(s), 1 sent twice"
    assert client.requested == [{"archived": "false", "limit": 50}]
    assert stored(tmp_path) == [1, 2, 3]
    assert since(state) == "2026-01-02T12:00:00Z"
    again = PageClient([SECOND])
    assert fetch(state, again) == "0 new or changed records of 1 page(s), 2 known"
    assert again.requested[0]["since"] == "2026-01-02T12:00:00Z"


def test_a_fetch_that_fails_on_its_second_page_stores_nothing(
    state: ApiState, tmp_path: Path
) -> None:
    with pytest.raises(SourceError, match="page 2"):
        fetch(state, PageClient([FIRST, SourceError("page 2")]))
    assert stored(tmp_path) == []
    assert since(state) is None


def test_a_changed_request_is_read_from_the_beginning_and_a_changed_lag_is_not(
    state: ApiState,
) -> None:
    fetch(state, PageClient([FIRST]))
    longer = {**ENDPOINT, "cursor": {"param": "since", "path": "at", "lag": "2d"}}
    assert since(state, endpoint=longer) == "2026-01-01T12:00:00Z"
    assert since(state, endpoint={**ENDPOINT, "params": {"archived": True}}) is None


def test_records_without_a_key_are_kept_for_the_quarantine(state: ApiState, tmp_path: Path) -> None:
    records = [{"id": None, "at": "2026-01-01T00:00:00Z"}, {"at": "soon", "x": 1}]
    assert "1 without a valid cursor" in fetch(state, PageClient([records, FIRST]))
    assert len(list(tmp_path.rglob("*.jsonl"))) == 1


def test_a_record_of_somebody_forgotten_is_never_stored(state: ApiState, tmp_path: Path) -> None:
    records = [*FIRST, {"id": 4, "at": "2026-01-01T00:00:00Z", "mail": "ANA@example.com"}]
    forgotten = frozenset({KEY.digest("email/ana@example.com")})
    fetch(state, PageClient([records]), forgotten=forgotten)
    assert stored(tmp_path) == [1, 2]
