"""Asking the APIs: every endpoint of every source, from where it stood, into files that landing reads.

A source that fails stops no other. How pages come belongs to `client`, what is remembered to `memory`.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from orchestration.core.errors import SourceError
from orchestration.core.failpoints import failpoint
from orchestration.core.records import Reporter, SourceFailure
from orchestration.ingestion.api.cursors import Cursor, Mark
from orchestration.ingestion.api.state import Fetch, Memory
from orchestration.privacy.suppression import TextHold
from orchestration.privacy.tombstones import forgotten_hashes
from orchestration.settings import ApiSpec, EndpointSpec, Home, Settings

if TYPE_CHECKING:
    from orchestration.ingestion.api.client import ApiClient

_QUIET = {
    "RUNTIME__DLTHUB_TELEMETRY": "false",
    "RUNTIME__SENTRY_DSN": "",
    "RUNTIME__SLACK_INCOMING_HOOK": "",
    "RUNTIME__DLTHUB_DSN": "",
    "RUNTIME__LOG_LEVEL": "CRITICAL",
    "DLT_DISABLE_PLUGINS": "true",
}
"""dlt tells nobody anything (I11), whatever the user's environment or a dlt configuration nearby says."""

_FAILURES = (SourceError, OSError, sqlite3.Error)
_SOURCES_AT_ONCE = 4
_PAGES_WITHOUT_NEWS = 5
"""So many pages in a row that this fetch has had before, and the pages go round."""


@dataclass(frozen=True)
class Ask:
    """What a refresh will ask an endpoint. `since` is None where everything is asked for."""

    source: str
    stream: str
    url: str
    since: str | None
    unset: tuple[str, ...]
    """Environment variables that it needs and that are not set."""


def fetch_apis(settings: Settings, home: Home, *, report: Reporter) -> tuple[SourceFailure, ...]:
    """Ask every API for what is new since the last time; returns what failed.

    What it answered lies in `home.answers_of(source)` afterwards, whole or not at all for each endpoint.
    """
    apis = settings.apis
    if not apis:
        return ()
    # dlt reads them once, when it is imported.
    os.environ.update(_QUIET)

    forgotten, key = forgotten_hashes(home)

    def ask(source: str) -> list[SourceFailure]:
        hold = TextHold(forgotten, key=key, country=settings.country)
        with closing(hold):
            return _ask_source(settings, home, source, apis[source], report, hold)

    with ThreadPoolExecutor(max_workers=_SOURCES_AT_ONCE) as pool:
        return tuple(failure for failures in pool.map(ask, apis) for failure in failures)


def planned_requests(settings: Settings, home: Home) -> list[Ask]:
    """What the next refresh will ask. Nothing is sent."""
    asks = []
    for source, spec in settings.apis.items():
        unset = [n for n in (spec.auth.variables if spec.auth else ()) if not os.environ.get(n)]
        with Memory(home.answers_of(source), source=source) as memory:
            for stream, endpoint in _endpoints(spec):
                cursor, mark = _standing(settings, source, spec, stream, endpoint, memory)
                since = cursor.since(mark) if cursor else None
                url = f"{spec.base_url.rstrip('/')}/{endpoint.path.lstrip('/')}"
                asked = cursor.asked(since) if cursor and since is not None else None
                asks.append(Ask(source, stream, url, asked, tuple(unset)))
    return asks


def _ask_source(
    settings: Settings, home: Home, source: str, spec: ApiSpec, report: Reporter, hold: TextHold
) -> list[SourceFailure]:
    from orchestration.ingestion.api.client import ApiClient

    failures = []
    is_fatal = spec.on_breach.sources_answered == "stop"
    try:
        with Memory(home.answers_of(source), source=source) as memory:
            memory.finish_killed()
            client = ApiClient(source, spec, environment=os.environ)
            for stream, endpoint in _endpoints(spec):
                try:
                    said = _ask_endpoint(settings, spec, client, memory, stream, endpoint, hold)
                except _FAILURES as error:
                    reason = _reason(error, home, source)
                    failures.append(SourceFailure(source, stream, reason, is_fatal))
                    said = f"failed: {reason}"
                report.detail(f"{source}.{stream}: {said}")
    except _FAILURES as error:
        reason = _reason(error, home, source)
        failures += [SourceFailure(source, stream, reason, is_fatal) for stream in spec.streams]
        report.detail(f"{source}: failed: {reason}")
    return failures


def _reason(error: Exception, home: Home, source: str) -> str:
    if isinstance(error, SourceError):
        return str(error)
    return (
        f"Source {source}: its answers cannot be kept in {home.answers_of(source)}: {error}. Nothing "
        "of this fetch was landed; make room on the disk and refresh again."
    )


def _endpoints(spec: ApiSpec) -> Iterator[tuple[str, EndpointSpec]]:
    for stream, endpoints in spec.streams.items():
        for endpoint in endpoints:
            yield stream, endpoint


def _standing(
    settings: Settings,
    source: str,
    spec: ApiSpec,
    stream: str,
    endpoint: EndpointSpec,
    memory: Memory,
) -> tuple[Cursor | None, Mark | None]:
    """The endpoint's cursor and how far it has been read."""
    if endpoint.cursor is None:
        return None, None
    mark = memory.mark(
        stream=stream, endpoint=endpoint.endpoint, request=_fingerprint(spec, endpoint)
    )
    return Cursor(endpoint.cursor, zone=settings.time_zone_of(source)), mark


def _fingerprint(spec: ApiSpec, endpoint: EndpointSpec) -> str:
    """A digest of what is asked: when it changes, the endpoint is read from the beginning."""
    names = {"path", "params", "data_selector", "primary_key", "cursor"}
    asked = {"base_url": spec.base_url, **endpoint.model_dump(mode="json", include=names)}
    if endpoint.cursor is not None:
        asked["cursor"].pop("lag")
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:32]


def _ask_endpoint(
    settings: Settings,
    spec: ApiSpec,
    client: ApiClient,
    memory: Memory,
    stream: str,
    endpoint: EndpointSpec,
    hold: TextHold,
) -> str:
    """Fetch one endpoint, whole; returns what to say of it."""
    began = datetime.now(UTC)
    cursor, mark = _standing(settings, client.source, spec, stream, endpoint, memory)
    since = cursor.since(mark) if cursor else None
    params: dict[str, Any] = {k: _as_parameter(v) for k, v in endpoint.params.items()}
    if cursor and since is not None:
        params[cursor.spec.param] = cursor.asked(since)
    reached = _Reached(cursor, mark, began)
    watch = _Watch(client.source, stream, endpoint)
    with (
        memory.fetch(
            stream=stream, endpoint=endpoint.endpoint, request=_fingerprint(spec, endpoint)
        ) as fetch,
        closing(client.pages(stream, endpoint, params)) as answers,
    ):
        for page in answers:
            watch.look(page, _keep(fetch, page, endpoint, reached, hold))
            failpoint("api.page")
        reached.require_readable(client.source, stream)
        fetch.finish(reached.mark)
    tally = fetch.tally
    said = f"{tally.new:,} new or changed records of {watch.pages:,} page(s)"
    said += f", {tally.known:,} known" if tally.known else ""
    said += f", {tally.repeated:,} sent twice" if tally.repeated else ""
    return said + (f"; {reached.unread:,} without a sound cursor" if reached.unread else "")


def _keep(
    fetch: Fetch,
    page: list[dict[str, Any]],
    endpoint: EndpointSpec,
    reached: _Reached,
    hold: TextHold,
) -> int:
    """Keep a page's records, but for those that name somebody forgotten.

    Returns how many this fetch had not had.
    """
    import simplejson

    lines = [
        simplejson.dumps(record, use_decimal=True, sort_keys=True, ensure_ascii=False)
        for record in page
    ]
    first_time = 0
    for record, line, is_forgotten in zip(page, lines, hold.named(lines), strict=True):
        raw = line.encode("utf-8", "surrogatepass")
        parts = [at(record, path) for path in endpoint.primary_key]
        # A record without its key is kept once for what it says: landing quarantines it.
        named = raw if None in parts else repr(parts).encode("utf-8", "surrogatepass")
        first_time += 1 if is_forgotten else fetch.add(raw, key=named)
        reached.note(record)
    return first_time


def at(record: dict[str, Any], path: str) -> Any:
    """The value at a dotted path of a record, or under a key with dots; None where there is none."""
    if path in record:
        return record[path]
    found: Any = record
    for part in path.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found


def _as_parameter(value: str | int | float | bool) -> str | int | float:
    return ("true" if value else "false") if isinstance(value, bool) else value


class _Reached:
    """How far the records of a fetch reach: never back, nor so far ahead that what comes now is missed."""

    def __init__(self, cursor: Cursor | None, mark: Mark | None, began: datetime) -> None:
        self.mark = mark
        self.unread = 0
        self._unreadable = 0
        self._read = 0
        self._cursor, self._began = cursor, began

    def note(self, record: dict[str, Any]) -> None:
        """Look at one record's cursor."""
        if self._cursor is None:
            return
        value = at(record, self._cursor.spec.path)
        found = self._cursor.read(value)
        if found is None:
            self.unread += 1
            self._unreadable += value not in (None, "")
            return
        self._read += 1
        if isinstance(found, datetime) and found > self._began + self._cursor.spec.lag_time:
            # A record of the year 2100 would end all asking.
            self.unread += 1
            return
        before: Any = self.mark
        self.mark = found if before is None else max(before, found)

    def require_readable(self, source: str, stream: str) -> None:
        """Raise where cursors stand in the records, but not one can be read."""
        if self._unreadable and not self._read and self._cursor is not None:
            spec = self._cursor.spec
            raise SourceError(
                f"Source {source}, stream {stream}: not one of {self._unreadable:,} records has a "
                f"`{spec.path}` that reads as {spec.format}. Change `cursor.path` or "
                "`cursor.format`. Nothing of this fetch was landed."
            )


class _Watch:
    """Looks whether pages lead anywhere."""

    def __init__(self, source: str, stream: str, endpoint: EndpointSpec) -> None:
        self.pages = 0
        self._stale = 0
        self._was_short = False
        self._name = f"Source {source}, stream {stream}, endpoint {endpoint.path}"
        self._pagination = endpoint.pagination

    def look(self, page: list[dict[str, Any]], first_time: int) -> None:
        """Raise `SourceError` where the pages go round or leave records out."""
        self.pages += 1
        self._stale = 0 if first_time or not page else self._stale + 1
        if self._stale >= _PAGES_WITHOUT_NEWS:
            raise SourceError(
                f"{self._name}: {self._stale} pages in a row say what earlier ones said; the pages go "
                "round. Check `pagination`. Nothing of this fetch was landed."
            )
        if self._was_short and page:
            raise SourceError(
                f"{self._name}: a page had fewer records than the {self._pagination.limit} asked for, "
                "and yet more followed: those between would be lost. Set `pagination.limit` to the "
                "API's largest page. Nothing of this fetch was landed."
            )
        limit = self._pagination.limit
        self._was_short = self._pagination.kind == "offset" and len(page) < (limit or 0)
