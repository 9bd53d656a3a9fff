"""Pages of an API, fetched with dlt: its authentication, its paginators, its retries with back-off.

What is ours: a response is validated before it counts (its status, its JSON, the records where
`data_selector` names them), no request leaves the API's own address, and no error shows a secret or a
record. Importing dlt takes a second: import this module where it is used. Storing records belongs to
`state`.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Generator, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import simplejson
from dlt.common import jsonpath
from dlt.common.configuration.specs import RuntimeConfiguration
from dlt.sources.helpers.requests import Client
from dlt.sources.helpers.rest_client import RESTClient
from dlt.sources.helpers.rest_client import paginators as dlt_pages
from dlt.sources.helpers.rest_client.auth import (
    APIKeyAuth,
    AuthConfigBase,
    BearerTokenAuth,
    HttpBasicAuth,
)
from requests import PreparedRequest, RequestException, Response, Session, Timeout
from requests.adapters import HTTPAdapter

from orchestration.core.errors import SourceError
from orchestration.settings import ApiSpec, EndpointSpec
from orchestration.settings.api_models import AuthSpec, PaginationSpec, RateLimitSpec

_PASSING = (408, 425, 429, *range(500, 600))
"""Statuses that another attempt may resolve."""

_CONNECT_SECONDS = 10.0


class ApiClient:
    """Requests pages of one API. `environment` holds the secrets that its settings name."""

    def __init__(self, source: str, spec: ApiSpec, *, environment: Mapping[str, str]) -> None:
        """Raises `SourceError` naming the variable where a secret is not set."""
        self.source, self._spec = source, spec
        self._auth, self._secrets = _auth(source, spec.auth, environment)

    def pages(
        self, stream: str, endpoint: EndpointSpec, params: Mapping[str, Any]
    ) -> Generator[list[dict[str, Any]], None, None]:
        """Page by page, the records of an endpoint; numbers with a fraction are decimals.

        Raises `SourceError` that names source, stream and path, what was found and the next step.
        """
        fault: str | None = None
        client = _Client(
            base_url=self._spec.base_url,
            headers=dict(self._spec.headers),
            auth=self._auth,
            session=self._session(),
            config=RuntimeConfiguration(),
        )
        pages = client.paginate(
            endpoint.path,
            params={**_page_size(endpoint.pagination), **params},
            paginator=_paginator(endpoint.pagination),
            data_selector=endpoint.data_selector,
            hooks={"response": []},
            allow_redirects=False,
        )
        number = 0
        while fault is None:
            number += 1
            try:
                page = next(pages, None)
            except _ResponseRejected as error:
                fault = str(error)
            except RequestException as error:
                fault = self._unreachable(error)
            except (ValueError, TypeError):
                # A paginator's message quotes the complete response: name what it looked for instead.
                fault = f"a response without what `pagination` names: {_pagination_paths(endpoint)}"
            else:
                if page is None:
                    return
                yield list(page)
                continue
        # Outside of the handler: what is raised carries no other error, whose text may hold a secret.
        raise SourceError(self._message(stream, endpoint, number, fault))

    def _session(self) -> Session:
        retries = self._spec.retries
        client = Client(
            request_timeout=(
                min(_CONNECT_SECONDS, self._spec.timeout_seconds),
                self._spec.timeout_seconds,
            ),
            raise_for_status=False,
            status_codes=_PASSING,
            request_max_attempts=retries.attempts,
            retry_condition=_is_broken,
            request_backoff_factor=retries.base_seconds,
            request_max_retry_delay=retries.max_seconds,
        )
        session = client.session
        adapter = _GuardedAdapter(self._spec.base_url, self._spec.rate_limit)
        session.mount("http://", adapter)
        session.mount("https://", adapter)
        return session

    def _message(self, stream: str, endpoint: EndpointSpec, page: int, fault: str) -> str:
        url = f"{self._spec.base_url.rstrip('/')}/{endpoint.path.lstrip('/')}"
        status, _, rest = fault.partition(" ")
        if status in ("401", "403"):
            fault = f"{status} {rest}. {self._credentials_advice(status)}"
        text = (
            f"Source {self.source}, stream {stream}: GET {url}, page {page}: {fault} "
            "Nothing of this fetch was landed; the next refresh fetches again from where it stopped."
        )
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text

    def _credentials_advice(self, status: str) -> str:
        named = self._spec.auth.variables if self._spec.auth else ()
        if not named:
            return "The API requires authentication: set `auth` in embudo.yml."
        problem = "has expired or is wrong" if status == "401" else "may not read this"
        return (
            f"The secret in {' and '.join(named)} {problem}: renew it at the API, set the variable "
            "again, and refresh."
        )

    def _unreachable(self, error: RequestException) -> str:
        attempts = f"after {self._spec.retries.attempts} attempt(s)"
        if isinstance(error, Timeout):
            return (
                f"no response within {self._spec.timeout_seconds:g} s {attempts}. Try later, or raise "
                "`timeout_seconds`."
            )
        cause: object = error.args[0] if error.args else error
        cause = getattr(cause, "reason", cause)
        return (
            f"it cannot be reached, or drops the connection, {attempts} ({type(cause).__name__}). "
            "Check `base_url` and the network, or try later."
        )


class _ResponseRejected(Exception):
    """A response that does not count: the reason, and nothing that the server sent."""


class _Client(RESTClient):  # type: ignore[misc]
    """dlt's client, with stricter checks of what a response holds."""

    def extract_response(self, response: Response, data_selector: Any) -> list[Any]:
        """The records of a response. dlt takes a response without them for an empty page."""
        _require_good(response)
        body = response.json()
        matches = jsonpath.find_values(data_selector, body)
        if not matches:
            keys = ", ".join(sorted(body)) if isinstance(body, dict) else type(body).__name__
            raise _ResponseRejected(
                f"a response without `{data_selector}`; it has: {keys}. Change `data_selector`."
            )
        records: list[Any] = []
        for match in matches:
            records += match if isinstance(match, list) else [] if match is None else [match]
        wrong = next((r for r in records if not isinstance(r, dict)), None)
        if wrong is not None:
            raise _ResponseRejected(
                f"`{data_selector}` holds {type(wrong).__name__} where objects are expected. "
                "Change `data_selector`."
            )
        return records


class _GuardedAdapter(HTTPAdapter):  # type: ignore[misc]
    """What every request goes through, repeated ones included: its address is checked, its rate limited."""

    def __init__(self, base_url: str, limit: RateLimitSpec | None) -> None:
        super().__init__()
        self._address = _address(base_url)
        self._limit = limit
        self._sent: deque[float] = deque(maxlen=limit.requests if limit else 1)
        self._lock = threading.Lock()

    def send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:
        """Send to the API's own address alone: a link in a response must not take a secret elsewhere."""
        if _address(str(request.url)) != self._address:
            raise _ResponseRejected(
                "a response points to another address; secrets are sent to that of `base_url` alone. "
                "Change `base_url` if the API has moved."
            )
        self._wait_for_turn()
        return super().send(request, *args, **kwargs)

    def _wait_for_turn(self) -> None:
        if self._limit is None:
            return
        with self._lock:
            if len(self._sent) == self._sent.maxlen:
                wait = self._sent[0] + self._limit.seconds - time.monotonic()
                time.sleep(max(0.0, wait))
            self._sent.append(time.monotonic())


def _address(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    return parts.scheme, parts.hostname, port


def _require_good(response: Response) -> None:
    status = response.status_code
    if status < 300:
        if not hasattr(response, "embudo_body"):
            raise _ResponseRejected("a response that is not JSON. Check `path`, or try later.")
        return
    name = f"{status} {HTTPStatus(status).phrase if status in set(HTTPStatus) else ''}".strip()
    advice = {
        301: "Set `base_url` to where the API has moved.",
        302: "Set `base_url` to where the API has moved.",
        400: "Check `params` and `cursor`.",
        404: "Check `path` and `base_url`.",
        429: "Set `rate_limit`, or refresh less often.",
    }
    if status in (401, 403):
        raise _ResponseRejected(name)
    raise _ResponseRejected(
        f"{name}. {advice.get(status, 'Try later, or contact the operator of the API.')}"
    )


def _is_broken(response: Response | None, error: BaseException | None) -> bool:
    """Whether a successful response is not complete JSON, so that it is requested again. Parses it once."""
    if response is None or response.status_code >= 300:
        return False
    try:
        body = simplejson.loads(_text(response), use_decimal=True)
    except ValueError:
        return True
    response.embudo_body = True
    response.json = lambda **_: body
    return False


def _text(response: Response) -> str:
    """The response as text: UTF-8, or as its header states."""
    try:
        return str(response.content, "utf-8-sig")
    except UnicodeDecodeError:
        declared = (
            response.encoding if "charset" in response.headers.get("Content-Type", "") else None
        )
        return str(response.content, declared or "utf-8")


def _auth(
    source: str, spec: AuthSpec | None, environment: Mapping[str, str]
) -> tuple[AuthConfigBase | None, tuple[str, ...]]:
    """dlt's authentication, and the secrets in it."""
    if spec is None:
        return None, ()
    unset = [name for name in spec.variables if not environment.get(name, "").strip()]
    if unset:
        raise SourceError(
            f"Source {source} needs {' and '.join(unset)} in the environment, which is not set. "
            "Set it where `embudo` and Dagster run; never in embudo.yml."
        )
    given = {name: environment[name].strip() for name in spec.variables}
    if spec.kind == "bearer":
        auth: AuthConfigBase = BearerTokenAuth(token=given[str(spec.token_env)])
    elif spec.kind == "api_key":
        auth = APIKeyAuth(name=spec.name, api_key=given[str(spec.key_env)], location=spec.place)
    else:
        user = spec.username or given[str(spec.username_env)]
        auth = HttpBasicAuth(username=user, password=given[str(spec.password_env)])
    return auth, tuple(given.values())


def _page_size(spec: PaginationSpec) -> dict[str, int]:
    """How many records a page shall have, where the settings state it."""
    if spec.limit is None or spec.limit_param is None:
        return {}
    return {spec.limit_param: spec.limit}


def _paginator(spec: PaginationSpec) -> dlt_pages.BasePaginator:
    if spec.kind == "json_link":
        return _JsonLink(next_url_path=spec.next)
    if spec.kind == "header_link":
        return dlt_pages.HeaderLinkPaginator(links_next_key=spec.next or "next")
    if spec.kind == "offset":
        return dlt_pages.OffsetPaginator(
            limit=spec.limit,
            offset_param=spec.param or "offset",
            limit_param=spec.limit_param or "limit",
            total_path=spec.total,
            has_more_path=spec.has_more,
        )
    if spec.kind == "page_number":
        return dlt_pages.PageNumberPaginator(
            base_page=spec.first,
            page_param=spec.param or "page",
            total_path=spec.total,
            has_more_path=spec.has_more,
        )
    if spec.kind == "cursor":
        return _JsonCursor(cursor_path=spec.next, cursor_param=spec.param)
    return dlt_pages.SinglePagePaginator()


class _EmptyEnds:
    """An empty reference to the next page means there is none; dlt would request the address ''."""

    def update_state(self, response: Response, data: list[Any] | None = None) -> None:
        """Take the reference to the next page from a response."""
        super().update_state(response, data)  # type: ignore[misc]
        self._next_reference: Any = self._next_reference or None


class _JsonLink(_EmptyEnds, dlt_pages.JSONLinkPaginator):  # type: ignore[misc]
    """The next link is in the response."""


class _JsonCursor(_EmptyEnds, dlt_pages.JSONResponseCursorPaginator):  # type: ignore[misc]
    """The next cursor is in the response."""


def _pagination_paths(endpoint: EndpointSpec) -> str:
    pages = endpoint.pagination
    named = [name for name in (pages.next, pages.has_more, pages.total) if name]
    return f"{', '.join(named) or pages.kind}. Change `pagination`."
