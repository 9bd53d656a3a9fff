"""The APIs fetched: every endpoint of every source, into files that landing reads.

A source that fails stops no other. How one endpoint is fetched belongs to `endpoint_fetch`.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass

from orchestration.core.errors import SourceError
from orchestration.core.records import Reporter, SourceFailure
from orchestration.ingestion.api.endpoint_fetch import endpoint_position, fetch_endpoint
from orchestration.ingestion.api.state import ApiState
from orchestration.privacy.suppression import TextFilter
from orchestration.privacy.tombstones import suppression_list
from orchestration.settings import ApiSpec, EndpointSpec, Home, Settings

_QUIET = {
    "RUNTIME__DLTHUB_TELEMETRY": "false",
    "RUNTIME__SENTRY_DSN": "",
    "RUNTIME__SLACK_INCOMING_HOOK": "",
    "RUNTIME__DLTHUB_DSN": "",
    "RUNTIME__LOG_LEVEL": "CRITICAL",
    "DLT_DISABLE_PLUGINS": "true",
}
"""dlt sends no telemetry (I11), whatever the user's environment or a dlt configuration nearby sets."""

_STORING = (OSError, sqlite3.Error)
"""What storing records raises."""
_SOURCES_AT_ONCE = 4


@dataclass(frozen=True)
class PlannedRequest:
    """What a refresh will request of an endpoint. `since` is None where everything is requested."""

    source: str
    stream: str
    url: str
    since: str | None
    unset: tuple[str, ...]
    """Environment variables that it needs and that are not set."""


def fetch_apis(settings: Settings, home: Home, *, report: Reporter) -> tuple[SourceFailure, ...]:
    """Fetch from every API what is new since the last time; returns what failed.

    The records are in `home.answers_of(source)` afterwards, all or none of each endpoint's.
    """
    apis = settings.apis
    if not apis:
        return ()
    # dlt reads them once, when it is imported.
    os.environ.update(_QUIET)

    forgotten, key = suppression_list(home)

    def fetch(source: str) -> list[SourceFailure]:
        text_filter = TextFilter(forgotten, key=key, country=settings.country)
        with closing(text_filter):
            return _fetch_source(settings, home, source, apis[source], report, text_filter)

    with ThreadPoolExecutor(max_workers=_SOURCES_AT_ONCE) as pool:
        return tuple(failure for failures in pool.map(fetch, apis) for failure in failures)


def planned_requests(settings: Settings, home: Home) -> list[PlannedRequest]:
    """What the next refresh will request. Nothing is sent."""
    requests = []
    for source, spec in settings.apis.items():
        unset = [n for n in (spec.auth.variables if spec.auth else ()) if not os.environ.get(n)]
        with ApiState(home.answers_of(source), source=source) as state:
            for stream, endpoint in _endpoints(spec):
                position = endpoint_position(settings, source, spec, stream, endpoint, state)
                url = f"{spec.base_url.rstrip('/')}/{endpoint.path.lstrip('/')}"
                requests.append(
                    PlannedRequest(source, stream, url, position.parameter, tuple(unset))
                )
    return requests


def _fetch_source(
    settings: Settings,
    home: Home,
    source: str,
    spec: ApiSpec,
    report: Reporter,
    text_filter: TextFilter,
) -> list[SourceFailure]:
    from orchestration.ingestion.api.client import ApiClient

    failures = []
    is_fatal = spec.on_breach.sources_answered != "warn"
    try:
        with ApiState(home.answers_of(source), source=source) as state:
            state.finish_killed()
            client = ApiClient(source, spec, environment=os.environ)
            for stream, endpoint in _endpoints(spec):
                try:
                    outcome = fetch_endpoint(
                        settings, spec, client, state, stream, endpoint, text_filter
                    )
                except Exception as error:
                    reason = _reason(error, home, source)
                    failures.append(SourceFailure(source, stream, reason, is_fatal))
                    outcome = f"failed: {reason}"
                report.detail(f"{source}.{stream}: {outcome}")
    except Exception as error:
        reason = _reason(error, home, source)
        failures += [SourceFailure(source, stream, reason, is_fatal) for stream in spec.streams]
        report.detail(f"{source}: failed: {reason}")
    return failures


def _reason(error: Exception, home: Home, source: str) -> str:
    if isinstance(error, SourceError):
        return str(error)
    if not isinstance(error, _STORING):
        # Named by kind alone: its text may hold a secret or a record.
        return (
            f"Source {source}: fetching ended with {type(error).__name__}, which nobody foresaw. Nothing of this "
            "fetch was landed; refresh again, and if it persists, report it."
        )
    return (
        f"Source {source}: its records cannot be stored in {home.answers_of(source)}: {error}. "
        "Nothing of this fetch was landed; free space on the disk and refresh again."
    )


def _endpoints(spec: ApiSpec) -> Iterator[tuple[str, EndpointSpec]]:
    for stream, endpoints in spec.streams.items():
        for endpoint in endpoints:
            yield stream, endpoint
