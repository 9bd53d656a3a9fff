"""How an API is requested: its address, authentication, pages, and where to continue from.

The shape and the rules of single requests belong here. What the records' fields mean to a stream
stands in `mapping_models`, sending requests in `orchestration.ingestion.api`.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from orchestration.settings import values
from orchestration.settings.strict import Strict

_THIS_MACHINE = ("127.0.0.1", "localhost", "::1")
_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]{0,80}")
_PAGE_KEYS: dict[str, tuple[str, ...]] = {
    "single": (),
    "json_link": ("next",),
    "header_link": ("next",),
    "offset": ("param", "limit_param", "limit", "has_more", "total"),
    "page_number": ("param", "limit_param", "limit", "first", "has_more", "total"),
    "cursor": ("param", "next", "limit_param", "limit"),
}
_PAGE_NEEDS: dict[str, tuple[str, ...]] = {
    "json_link": ("next",),
    "offset": ("limit",),
    "cursor": ("param", "next"),
}
_AUTH_KEYS: dict[str, tuple[str, ...]] = {
    "bearer": ("token_env",),
    "api_key": ("key_env", "name", "place"),
    "basic": ("username", "username_env", "password_env"),
}


def _only(spec: Strict, kind: str, allowed: tuple[str, ...]) -> None:
    """Keys of another kind do nothing, so they are refused."""
    spare = sorted(spec.model_fields_set - {"kind", *allowed})
    if spare:
        listed = ", ".join(allowed) or "no other key"
        raise ValueError(f"`{spare[0]}` does nothing for `{kind}`, which takes {listed}")


class AuthSpec(Strict):
    """Authentication. Secrets are named by environment variable; their text never stands in a file."""

    kind: Literal["bearer", "api_key", "basic"]
    token_env: str | None = None
    key_env: str | None = None
    name: str = "Authorization"
    """`api_key`: the header or parameter that carries the key."""
    place: Literal["header", "query"] = "header"
    username: str | None = None
    username_env: str | None = None
    password_env: str | None = None

    @field_validator("token_env", "key_env", "username_env", "password_env")
    @classmethod
    def _variable(cls, value: str | None) -> str | None:
        if value is not None and not _VARIABLE.fullmatch(value):
            raise ValueError(
                "the name of an environment variable, in capitals, like HUBSPOT_TOKEN; the secret "
                "itself never stands in embudo.yml (change it, if the file was shared)"
            )
        return value

    @model_validator(mode="after")
    def _complete(self) -> AuthSpec:
        _only(self, self.kind, _AUTH_KEYS[self.kind])
        if self.kind == "basic":
            if (self.username is None) == (self.username_env is None):
                raise ValueError("`basic` needs one of username and username_env")
            if self.password_env is None:
                raise ValueError("`basic` needs password_env")
        elif self.variables == ():
            raise ValueError(f"`{self.kind}` needs {_AUTH_KEYS[self.kind][0]}")
        return self

    @property
    def variables(self) -> tuple[str, ...]:
        """The environment variables that hold its secrets."""
        named = (self.token_env, self.key_env, self.username_env, self.password_env)
        return tuple(name for name in named if name is not None)


class PaginationSpec(Strict):
    """How one page leads to the next. `next`, `has_more` and `total` are JSON paths into a response."""

    kind: Literal["single", "json_link", "header_link", "offset", "page_number", "cursor"]
    next: str | None = None
    """Path of the next link or cursor; for `header_link` the relation, `next` by default."""
    param: str | None = None
    limit_param: str | None = None
    limit: int | None = Field(default=None, ge=1)
    first: int = Field(default=1, ge=0)
    has_more: str | None = None
    total: str | None = None

    _paths = field_validator("has_more", "total")(values.json_path)

    @model_validator(mode="after")
    def _complete(self) -> PaginationSpec:
        _only(self, self.kind, _PAGE_KEYS[self.kind])
        missing = [n for n in _PAGE_NEEDS.get(self.kind, ()) if getattr(self, n) is None]
        if missing:
            raise ValueError(f"`{self.kind}` needs {' and '.join(missing)}")
        if self.kind in ("json_link", "cursor"):
            values.json_path(self.next)
        return self


class CursorSpec(Strict):
    """Where a request continues: the records' own time or number, and the parameter that carries it.

    `format` is how records write it, `ask` how the parameter does (the same, where left out): `iso`,
    `unix`, `unix_ms`, `number`, or a strptime format. `lag` is fetched again each time, for records that
    come late.
    """

    param: str
    path: str
    lag: str | int = "1d"
    initial: datetime | date | int | None = None
    format: str = "iso"
    ask: str | None = None

    _initial = field_validator("initial", mode="before")(values.date_timestamp_or_number)

    @field_validator("format", "ask")
    @classmethod
    def _format(cls, value: str | None) -> str | None:
        if value is not None and value not in ("iso", "unix", "unix_ms", "number"):
            values.date_formats((value,))
        return value

    @model_validator(mode="after")
    def _consistent(self) -> CursorSpec:
        numbers = self.format == "number"
        if self.ask == "number" or (numbers and self.ask is not None):
            raise ValueError("`format: number` is sent as it is, without `ask`")
        if self.initial is not None and isinstance(self.initial, int) != numbers:
            raise ValueError("`initial` is a date, or with `format: number` a number")
        if numbers and "lag" in self.model_fields_set and not isinstance(self.lag, int):
            raise ValueError("`lag` of `format: number` is a number")
        if not numbers:
            values.duration(self.lag)
        return self

    @property
    def lag_time(self) -> timedelta:
        """How far back is fetched again, where the cursor is a time."""
        return values.duration(self.lag)

    @property
    def lag_number(self) -> int:
        """How far back is fetched again, where the cursor is a number."""
        return self.lag if isinstance(self.lag, int) else 0


class RetriesSpec(Strict):
    """Requests that fail for a passing reason are repeated: waits double from `base_seconds`, and a
    server's Retry-After is kept to, up to `max_seconds`.
    """

    attempts: int = Field(default=6, ge=1, le=20)
    base_seconds: float = Field(default=1.0, ge=0, le=60)
    max_seconds: float = Field(default=300.0, ge=0, le=3600)


class RateLimitSpec(Strict):
    """At most `requests` in `seconds`."""

    requests: int = Field(ge=1)
    seconds: float = Field(default=1.0, gt=0)


class BoundsSpec(Strict):
    """How much a fetch of one endpoint may be: what exceeds it is an error, and nothing of that fetch lands."""

    pages: int = Field(default=100_000, ge=1)
    empty_pages: int = Field(default=20, ge=1)
    """Pages in a row without a record."""
    response_megabytes: float = Field(default=64, gt=0, le=1024)
    """Of one response, unpacked."""
    depth: int = Field(default=100, ge=1, le=500)
    """Objects and lists inside of one another in a response."""
    hours: float = Field(default=4, gt=0, le=48)
    """From the first request to the last byte."""


class ConnectionSpec(Strict):
    """What all requests to one API have in common."""

    base_url: str
    auth: AuthSpec | None = None
    headers: dict[str, str] = Field(default_factory=dict)
    timeout_seconds: float = Field(default=60.0, gt=0, le=3600)
    retries: RetriesSpec = RetriesSpec()
    rate_limit: RateLimitSpec | None = None
    bounds: BoundsSpec = BoundsSpec()

    @model_validator(mode="after")
    def _safe(self) -> ConnectionSpec:
        parts = urlsplit(self.base_url)
        if parts.scheme not in ("https", "http") or not parts.hostname:
            raise ValueError("base_url is like https://api.example.com/v1")
        if parts.username or parts.password or parts.query or parts.fragment:
            raise ValueError("base_url has no user, password, `?` or `#`: see `auth` and `params`")
        if parts.scheme == "http" and self.auth and parts.hostname not in _THIS_MACHINE:
            raise ValueError("base_url begins with https:// where secrets are sent")
        return self


class RequestSpec(Strict):
    """One endpoint: what is requested, where its records are, and their key."""

    path: str
    name: str | None = Field(default=None, pattern=r"^[a-z][a-z0-9_]{0,60}$")
    """Distinguishes the endpoints of a stream; by default made from `path`."""
    params: dict[str, str | int | float | bool] = Field(default_factory=dict)
    data_selector: str = "$"
    """JSON path of the records in a response."""
    primary_key: tuple[str, ...] = Field(min_length=1)
    """Dotted paths within a record."""
    pagination: PaginationSpec = PaginationSpec(kind="single")
    cursor: CursorSpec | None = None

    _selector = field_validator("data_selector")(values.json_path)
    _lists = field_validator("primary_key", mode="before")(values.one_or_many)

    @field_validator("path")
    @classmethod
    def _relative(cls, value: str) -> str:
        if "://" in value or "?" in value or "#" in value or ".." in value.split("/"):
            raise ValueError("a path under base_url, like deals; parameters stand in `params`")
        return value

    @property
    def endpoint(self) -> str:
        """The endpoint's name, a folder."""
        return self.name or re.sub(r"[^a-z0-9]+", "_", self.path.lower()).strip("_") or "root"
