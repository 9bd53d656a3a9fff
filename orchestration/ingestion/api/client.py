"""Pages of an API, fetched with dlt: its authentication, its paginators, its retries with back-off.

What is ours: a response is validated before it counts (`responses`), no request leaves the API's own address, and
no error shows a secret or a record. Importing dlt takes a second: import this module where it is used. Storing
records belongs to `state`.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from dlt.common.configuration.specs import RuntimeConfiguration
from dlt.sources.helpers.requests import Client
from dlt.sources.helpers.rest_client import RESTClient
from requests import PreparedRequest, RequestException, Response, Session, Timeout
from requests.adapters import HTTPAdapter

from orchestration.core.errors import SourceError
from orchestration.ingestion.api.authentication import authentication
from orchestration.ingestion.api.pagination import named_paths, page_size, paginator
from orchestration.ingestion.api.responses import ResponseRejected, breaks_with, records_of
from orchestration.settings import ApiSpec, EndpointSpec
from orchestration.settings.api_models import BoundsSpec, RateLimitSpec

_PASSING = (408, 425, 429, *range(500, 600))
"""Statuses that another attempt may resolve."""

_CONNECT_SECONDS = 10.0
_PIECE_BYTES = 1 << 16


class ApiClient:
    """Requests pages of one API. `environment` holds the secrets that its settings name."""

    def __init__(self, source: str, spec: ApiSpec, *, environment: Mapping[str, str]) -> None:
        """Raises `SourceError` naming the variable where a secret is not set."""
        self.source, self._spec = source, spec
        self._auth, self._secrets = authentication(source, spec.auth, environment)

    def pages(
        self, stream: str, endpoint: EndpointSpec, params: Mapping[str, Any]
    ) -> Generator[list[dict[str, Any]], None, None]:
        """Page by page, the records of an endpoint; numbers with a fraction are decimals.

        Raises `SourceError` that names source, stream and path, what was found and the next step.
        """
        fault: str | None = None
        bounds = self._spec.bounds
        client = _Client(
            base_url=self._spec.base_url,
            headers=dict(self._spec.headers),
            auth=self._auth,
            session=self._session(),
            config=RuntimeConfiguration(),
        )
        pages = client.paginate(
            endpoint.path,
            params={**page_size(endpoint.pagination), **params},
            paginator=paginator(endpoint.pagination),
            data_selector=endpoint.data_selector,
            hooks={"response": []},
            allow_redirects=False,
        )
        number = empty = 0
        while fault is None:
            number += 1
            if number > bounds.pages:
                fault = f"more than {bounds.pages:,} pages. {_raise_advice('pages')}"
                break
            try:
                page = next(pages, None)
            except ResponseRejected as error:
                fault = str(error)
            except RequestException as error:
                fault = self._unreachable(error)
            except (ValueError, TypeError):
                # A paginator's message quotes the complete response: name what it looked for instead.
                fault = f"a response without what `pagination` names: {named_paths(endpoint.pagination)}"
            except (RecursionError, MemoryError) as error:
                fault = f"a response that cannot be read ({type(error).__name__}). {_raise_advice('depth')}"
            else:
                if page is None:
                    return
                empty = 0 if page else empty + 1
                if empty > bounds.empty_pages:
                    fault = (
                        f"{empty} pages in a row without a record, and each leads to another. "
                        f"{_raise_advice('empty_pages')}"
                    )
                    break
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
            retry_condition=breaks_with(depth=self._spec.bounds.depth),
            request_backoff_factor=retries.base_seconds,
            request_max_retry_delay=retries.max_seconds,
        )
        session = client.session
        adapter = _GuardedAdapter(self._spec.base_url, self._spec.rate_limit, self._spec.bounds)
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


class _Client(RESTClient):  # type: ignore[misc]
    """dlt's client, with stricter checks of what a response holds."""

    def extract_response(self, response: Response, data_selector: Any) -> list[Any]:
        """The records of a response. dlt takes a response without them for an empty page."""
        return records_of(response, data_selector)


def _raise_advice(bound: str) -> str:
    return f"Check `pagination` and `params`; raise `bounds.{bound}` if that is right."


class _BoundedBody:
    """The body of a response, unpacked as it is read: no more of it than is allowed is ever in memory."""

    def __init__(self, raw: Any, *, megabytes: float, each_piece: Callable[[], None]) -> None:
        self._raw = raw
        self._megabytes = megabytes
        self._each_piece = each_piece

    def __getattr__(self, name: str) -> Any:
        return getattr(self._raw, name)

    def stream(self, amt: int, decode_content: bool | None = None) -> Iterator[bytes]:
        """Pieces of at most `amt` bytes before they are unpacked; raises `ResponseRejected`."""
        size = 0
        for piece in self._raw.stream(min(amt, _PIECE_BYTES), decode_content=decode_content):
            self._each_piece()
            size += len(piece)
            if size > self._megabytes * 1_000_000:
                self._raw.close()
                raise ResponseRejected(
                    f"a response of more than {self._megabytes:g} MB, unpacked. Request smaller "
                    "pages (`pagination.limit`); raise `bounds.response_megabytes` if that is right."
                )
            yield piece


class _GuardedAdapter(HTTPAdapter):  # type: ignore[misc]
    """What every request of a fetch goes through, repeated ones included: its address is checked, its rate, time
    and size are limited.
    """

    def __init__(self, base_url: str, limit: RateLimitSpec | None, bounds: BoundsSpec) -> None:
        super().__init__()
        self._bounds = bounds
        self._ends_at = time.monotonic() + bounds.hours * 3600
        self._address = _address(base_url)
        self._limit = limit
        self._sent: deque[float] = deque(maxlen=limit.requests if limit else 1)
        self._lock = threading.Lock()

    def send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:
        """Send to the API's own address alone: a link in a response must not take a secret elsewhere."""
        if _address(str(request.url)) != self._address:
            raise ResponseRejected(
                "a response points to another address; secrets are sent to that of `base_url` alone. "
                "Change `base_url` if the API has moved."
            )
        self._wait_for_turn()
        self._require_time()
        response = super().send(request, *args, **kwargs)
        response.raw = _BoundedBody(
            response.raw, megabytes=self._bounds.response_megabytes, each_piece=self._require_time
        )
        return response

    def _require_time(self) -> None:
        if time.monotonic() > self._ends_at:
            raise ResponseRejected(
                f"the fetch takes more than {self._bounds.hours:g} hours. Check `pagination`, fetch less with "
                "`params` or `cursor`; raise `bounds.hours` if that is right."
            )

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
