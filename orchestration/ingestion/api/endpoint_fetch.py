"""One endpoint of an API fetched: from where it stopped last time, page by page, into one file.

How pages come belongs to `client`, what is stored between fetches to `state`.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from orchestration.core.failpoints import failpoint
from orchestration.ingestion.api.cursors import Cursor, Mark
from orchestration.ingestion.api.progress import CursorProgress, PageWatch, value_at
from orchestration.ingestion.api.state import ApiState, Fetch
from orchestration.privacy.suppression import TextFilter
from orchestration.settings import ApiSpec, EndpointSpec, Settings

if TYPE_CHECKING:
    from orchestration.ingestion.api.client import ApiClient


@dataclass(frozen=True)
class EndpointPosition:
    """An endpoint's cursor, and how far it has been read."""

    cursor: Cursor | None
    mark: Mark | None

    @property
    def since(self) -> Mark | None:
        """From where the next fetch reads; None for everything."""
        return self.cursor.since(self.mark) if self.cursor else None

    @property
    def parameter(self) -> str | None:
        """`since` as the text of the request's parameter."""
        since = self.since
        return self.cursor.parameter(since) if self.cursor and since is not None else None


def endpoint_position(
    settings: Settings,
    source: str,
    spec: ApiSpec,
    stream: str,
    endpoint: EndpointSpec,
    state: ApiState,
) -> EndpointPosition:
    """Where the next fetch of an endpoint begins."""
    if endpoint.cursor is None:
        return EndpointPosition(None, None)
    mark = state.mark(
        stream=stream, endpoint=endpoint.endpoint, request=_fingerprint(spec, endpoint)
    )
    return EndpointPosition(Cursor(endpoint.cursor, zone=settings.time_zone_of(source)), mark)


def fetch_endpoint(
    settings: Settings,
    spec: ApiSpec,
    client: ApiClient,
    state: ApiState,
    stream: str,
    endpoint: EndpointSpec,
    text_filter: TextFilter,
) -> str:
    """Fetch one endpoint, all or nothing; returns a summary of what came."""
    started_at = datetime.now(UTC)
    position = endpoint_position(settings, client.source, spec, stream, endpoint, state)
    params: dict[str, Any] = {k: _as_parameter(v) for k, v in endpoint.params.items()}
    if endpoint.cursor and position.parameter is not None:
        params[endpoint.cursor.param] = position.parameter
    progress = CursorProgress(position.cursor, position.mark, started_at)
    watch = PageWatch(client.source, stream, endpoint)
    with (
        state.fetch(
            stream=stream, endpoint=endpoint.endpoint, request=_fingerprint(spec, endpoint)
        ) as fetch,
        closing(client.pages(stream, endpoint, params)) as pages,
    ):
        for page in pages:
            watch.check(page, _store_page(fetch, page, endpoint, progress, text_filter))
            failpoint("api.page")
        progress.require_readable(client.source, stream)
        fetch.finish(progress.mark)
    tally = fetch.tally
    summary = f"{tally.new:,} new or changed records of {watch.pages:,} page(s)"
    summary += f", {tally.known:,} known" if tally.known else ""
    summary += f", {tally.repeated:,} sent twice" if tally.repeated else ""
    if progress.without_cursor:
        summary += f"; {progress.without_cursor:,} without a valid cursor"
    return summary


def _store_page(
    fetch: Fetch,
    page: list[dict[str, Any]],
    endpoint: EndpointSpec,
    progress: CursorProgress,
    text_filter: TextFilter,
) -> int:
    """Store a page's records, but for those that name somebody forgotten.

    Returns how many this fetch had not had.
    """
    import simplejson

    lines = [
        simplejson.dumps(record, use_decimal=True, sort_keys=True, ensure_ascii=False)
        for record in page
    ]
    new_records = 0
    for record, line, is_forgotten in zip(page, lines, text_filter.matches(lines), strict=True):
        raw = line.encode("utf-8", "surrogatepass")
        key = [value_at(record, path) for path in endpoint.primary_key]
        # A record without its key is stored once for its content: landing quarantines it.
        identity = raw if None in key else repr(key).encode("utf-8", "surrogatepass")
        new_records += 1 if is_forgotten else fetch.add(raw, key=identity)
        progress.add(record)
    return new_records


def _fingerprint(spec: ApiSpec, endpoint: EndpointSpec) -> str:
    """A digest of the request: when it changes, the endpoint is read from the beginning."""
    names = {"path", "params", "data_selector", "primary_key", "cursor"}
    request = {"base_url": spec.base_url, **endpoint.model_dump(mode="json", include=names)}
    if endpoint.cursor is not None:
        request["cursor"].pop("lag")
    return hashlib.sha256(json.dumps(request, sort_keys=True).encode()).hexdigest()[:32]


def _as_parameter(value: str | int | float | bool) -> str | int | float:
    return ("true" if value else "false") if isinstance(value, bool) else value
