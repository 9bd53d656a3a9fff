"""The APIs fetched: one that fails stops no other, and what will be requested is known before."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from orchestration.core.errors import SourceError
from orchestration.core.records import SourceFailure
from orchestration.ingestion.api import client
from orchestration.ingestion.api.fetch import fetch_apis, planned_requests
from orchestration.settings import Home
from tests.reporters import RecordingReporter
from tests.unit.ingestion.api.factories import PageClient, api_settings

RECORDS = [{"id": 1, "at": "2026-01-03T00:00:00Z"}]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home of APIs of which `broken` has no answer."""

    def stub(source: str, spec: object, **_: Any) -> PageClient:
        if source == "locked":
            raise SourceError("locked needs T in the environment")
        if source == "odd":
            return PageClient([KeyError("Ana García")], source)
        return PageClient([SourceError("down")] if source == "broken" else [RECORDS], source)

    monkeypatch.setattr(client, "ApiClient", stub)
    return Home.at(tmp_path).prepare()


def test_a_source_that_fails_stops_no_other(home: Home) -> None:
    reporter = RecordingReporter()
    failures = fetch_apis(api_settings("broken", "crm", "locked"), home, report=reporter)
    assert failures == (
        SourceFailure("broken", "deals", "down", True),
        SourceFailure("locked", "deals", "locked needs T in the environment", True),
    )
    assert "crm.deals: 1 new or changed records of 1 page(s)" in reporter.details
    assert "broken.deals: failed: down" in reporter.details
    assert len(list(home.answers_of("crm").rglob("*.jsonl"))) == 1
    assert list(home.answers_of("broken").rglob("*.jsonl")) == []


def test_an_error_that_nobody_foresaw_is_the_failure_of_its_endpoint(home: Home) -> None:
    reporter = RecordingReporter()
    (failure,) = fetch_apis(api_settings("odd", "crm"), home, report=reporter)
    assert (failure.source, failure.stream) == ("odd", "deals")
    assert "KeyError, which nobody foresaw" in failure.reason
    assert "Ana" not in failure.reason, "an error's text may hold a record"
    assert "crm.deals: 1 new or changed records of 1 page(s)" in reporter.details


def test_a_source_may_fail_with_a_warning(home: Home) -> None:
    settings = api_settings("broken", on_breach={"sources_answered": "warn"})
    (failure,) = fetch_apis(settings, home, report=RecordingReporter())
    assert not failure.is_fatal


def test_a_store_that_cannot_be_written_names_its_folder(home: Home) -> None:
    home.answers.mkdir()
    home.answers_of("crm").write_text("a file where the folder should be")
    (failure,) = fetch_apis(api_settings("crm"), home, report=RecordingReporter())
    assert str(home.answers_of("crm")) in failure.reason
    assert "free space on the disk" in failure.reason


def test_what_will_be_requested_is_known_before(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CRM_TOKEN", raising=False)
    settings = api_settings("crm", auth={"kind": "bearer", "token_env": "CRM_TOKEN"})
    (first,) = planned_requests(settings, home)
    assert (first.url, first.since, first.unset) == (
        "https://x.test/v1/deals",
        None,
        ("CRM_TOKEN",),
    )
    monkeypatch.setenv("CRM_TOKEN", "s3cret")
    fetch_apis(settings, home, report=RecordingReporter())
    (second,) = planned_requests(settings, home)
    assert (second.since, second.unset) == ("2026-01-02T00:00:00Z", ())


def test_without_apis_nothing_is_fetched(home: Home) -> None:
    settings = api_settings().model_copy(update={"sources": {}})
    assert fetch_apis(settings, home, report=RecordingReporter()) == ()
