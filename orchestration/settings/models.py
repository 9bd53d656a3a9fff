"""The shape of `embudo.yml`: what may stand in it, with defaults.

Types and rules of single values belong here. Reading YAML, the environment, and rules that need the
contract or a parser of SQL stand in `loading` and `mapping_rules`.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import ConfigDict, Discriminator, Field, Tag, field_validator, model_validator

from orchestration.settings import values
from orchestration.settings.api_models import ConnectionSpec, RequestSpec
from orchestration.settings.home import Home
from orchestration.settings.strict import Strict

Scalar = str | int | float | bool | date | datetime


class FormatSpec(Strict):
    """How a file is written. What a selection does not state comes from its source."""

    type: Literal["csv", "jsonl", "parquet", "xlsx", "text"] | None = None
    """None: by the file's name (`.csv`, `.csv.gz`, `.jsonl`, `.parquet`, `.xlsx`, `.txt`)."""
    delimiter: str = ","
    encoding: str = "utf-8"
    quote: str = '"'
    escape: str | None = None
    decimal: Literal[".", ","] = "."
    thousands: Literal[".", ",", " ", "'"] | None = None
    date: tuple[str, ...] = ()
    timestamp: tuple[str, ...] = ()
    nulls: tuple[str, ...] = ("",)
    header: bool = True
    skip: int = Field(default=0, ge=0)
    columns: tuple[str, ...] = ()
    sheet: str | None = None
    range: str | None = None
    split: Literal["whitespace", "fixed"] = "whitespace"
    widths: dict[str, tuple[int, int]] = Field(default_factory=dict)
    """For `split: fixed`: name of the column to its first and last character, counted from 1."""

    _lists = field_validator("date", "timestamp", "nulls", "columns", mode="before")(
        values.one_or_many
    )
    _encoding = field_validator("encoding")(values.known_encoding)
    _date_formats = field_validator("date", "timestamp")(values.date_formats)

    @field_validator("delimiter")
    @classmethod
    def _delimiter(cls, value: str) -> str:
        value = {"tab": "\t", "\\t": "\t"}.get(value, value)
        if not value or "\n" in value or "\r" in value:
            raise ValueError("a delimiter is one or more characters, or `tab`; no line break")
        return value

    @field_validator("quote", "escape")
    @classmethod
    def _one_character(cls, value: str | None) -> str | None:
        if value and (len(value) != 1 or not value.isascii()):
            raise ValueError('one ASCII character, or "" where the file quotes nothing')
        return value

    @field_validator("range")
    @classmethod
    def _range(cls, value: str | None) -> str | None:
        return values.cell_range(value) if value is not None else None

    @model_validator(mode="after")
    def _consistent(self) -> FormatSpec:
        if self.thousands == self.decimal:
            raise ValueError(f"decimal and thousands are both {self.decimal!r}")
        if self.split == "fixed" and self.type == "text" and not self.widths:
            raise ValueError("`split: fixed` needs `widths: {column: [first, last]}`")
        return self

    def over(self, base: FormatSpec) -> FormatSpec:
        """This format with what it leaves out taken from `base`."""
        given = {name: getattr(self, name) for name in self.model_fields_set}
        stated = {name: getattr(base, name) for name in base.model_fields_set}
        return FormatSpec(**{**stated, **given})


class ColumnSpec(Strict):
    """Where one column of a stream comes from: exactly one of `column`, `value` or `sql`."""

    column: str | None = None
    value: Scalar | None = None
    sql: str | None = None
    map: dict[str, str | None] = Field(default_factory=dict)
    otherwise: str | None = None
    format: tuple[str, ...] = ()

    _lists = field_validator("format", mode="before")(values.one_or_many)
    _formats = field_validator("format")(values.date_formats)

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, given: Any) -> Any:
        if isinstance(given, str):
            return {"column": given}
        if not isinstance(given, dict):
            raise ValueError(
                f"a column's name, or {{value: …}}, {{sql: …}}, {{column: …}}, not {given!r}"
            )
        if isinstance(given.get("map"), dict):
            as_text = {values.text_of(k): values.text_of(v) for k, v in given["map"].items()}
            given = {**given, "map": as_text}
        if "otherwise" in given:
            given = {**given, "otherwise": values.text_of(given["otherwise"])}
        return given

    @model_validator(mode="after")
    def _one_origin(self) -> ColumnSpec:
        origins = [name for name in ("column", "value", "sql") if getattr(self, name) is not None]
        if len(origins) != 1:
            found = " and ".join(origins) or "none of them"
            raise ValueError(f"exactly one of column, value and sql is needed; found {found}")
        if self.value is not None and (self.map or self.format or self.otherwise is not None):
            raise ValueError("a constant takes no map, otherwise or format")
        if self.otherwise is not None and not self.map:
            raise ValueError("`otherwise` says what unmapped values become: it needs a `map`")
        return self


class UnpivotSpec(Strict):
    """Wide to long: each of `columns` becomes a row with its name and its value."""

    columns: tuple[str, ...] = Field(min_length=1)
    name: str
    value: str


class MappingSpec(Strict):
    """Which rows count for a stream, and how their columns map."""

    columns: dict[str, ColumnSpec] = Field(min_length=1)
    format: FormatSpec = FormatSpec()
    where: str | None = None
    unpivot: UnpivotSpec | None = None
    deleted: ColumnSpec | None = None


class SelectionSpec(MappingSpec):
    """Which files feed a stream, which of their rows, and how their columns map."""

    files: tuple[str, ...] = Field(min_length=1)
    snapshot: Literal["file", "folder"] | None = None
    """Each file, or each folder of files, is the whole table: what a newer one lacks was deleted."""

    _lists = field_validator("files", mode="before")(values.one_or_many)
    _globs = field_validator("files")(values.globs)

    @field_validator("snapshot", mode="before")
    @classmethod
    def _snapshot(cls, given: Any) -> Any:
        return {True: "file", False: None}.get(given, given) if isinstance(given, bool) else given


class EndpointSpec(RequestSpec, MappingSpec):
    """Which endpoint of an API feeds a stream, and how its records' fields map."""

    @field_validator("format")
    @classmethod
    def _json(cls, value: FormatSpec) -> FormatSpec:
        return _how_values_are_written(value)

    def selection(self, stream: str) -> SelectionSpec:
        """The endpoint as a selection over the files that its records are kept in."""
        given = {name: getattr(self, name) for name in MappingSpec.model_fields}
        form = self.format.model_copy(update={"type": "jsonl"})
        return SelectionSpec(
            **{**given, "format": form}, files=(f"{stream}/{self.endpoint}/*.jsonl",)
        )


OnBreach = Literal["warn", "set_aside", "stop"]


class BreachSpec(Strict):
    """What a breach of each check of gate 1 does with a source's loads. One word says it for all.

    `set_aside` keeps the load out of the build and lets the rest go on; it needs a load, so what looks
    at files or at a source as a whole warns or stops.
    """

    quarantine_share: OnBreach = "stop"
    duplicate_keys: OnBreach = "warn"
    volume: OnBreach = "warn"
    snapshot: OnBreach = "stop"
    values: OnBreach = "stop"
    freshness: Literal["warn", "stop"] = "warn"
    files_set_aside: Literal["warn", "stop"] = "warn"
    new_columns: Literal["warn", "stop"] = "warn"
    sources_answered: Literal["warn", "stop"] = "stop"
    """An API that does not answer; what it has answered before stays."""

    @model_validator(mode="before")
    @classmethod
    def _one_word(cls, given: Any) -> Any:
        if not isinstance(given, str):
            return given
        words = ("warn", "set_aside", "stop")
        if given not in words:
            raise ValueError(
                f"one of {', '.join(words)}, or a word for each of {', '.join(cls.model_fields)}"
            )
        of_loads = dict.fromkeys(
            ("quarantine_share", "duplicate_keys", "volume", "snapshot", "values"), given
        )
        of_sources = dict.fromkeys(
            ("freshness", "files_set_aside", "new_columns", "sources_answered"), given
        )
        return of_loads | ({} if given == "set_aside" else of_sources)


class SourceLimits(Strict):
    """What differs for one source from the company's `limits`. Shares are 0 to 1."""

    quarantine_share: float | None = Field(default=None, ge=0, le=1)
    duplicate_share: float | None = Field(default=None, ge=0, le=1)
    volume_drop_share: float | None = Field(default=None, ge=0, le=1)
    snapshot_drop_share: float | None = Field(default=None, ge=0, le=1)
    silent_days: int | None = Field(default=None, ge=1)


class _Source(Strict):
    """What all kinds of source say."""

    time_zone: str | None = None
    currency: str | None = None
    keys_of: str | None = None
    format: FormatSpec = FormatSpec()
    on_breach: BreachSpec = BreachSpec()
    limits: SourceLimits = SourceLimits()
    required: tuple[str, ...] = ()
    """Streams that must have come at least once."""

    _zone = field_validator("time_zone")(values.time_zone)
    _currency = field_validator("currency")(values.currency)
    _required = field_validator("required", mode="before")(values.one_or_many)


class SourceSpec(_Source):
    """One system whose exports are dropped as files."""

    kind: Literal["files"] = "files"
    inbox: Path | None = None
    streams: dict[str, tuple[SelectionSpec, ...]] = Field(min_length=1)

    _selections = field_validator("streams", mode="before")(values.lists_of_mappings)


class ApiSpec(_Source, ConnectionSpec):
    """One system that is asked over HTTP."""

    kind: Literal["api"]
    streams: dict[str, tuple[EndpointSpec, ...]] = Field(min_length=1)

    _endpoints = field_validator("streams", mode="before")(values.lists_of_mappings)

    @field_validator("format")
    @classmethod
    def _json(cls, value: FormatSpec) -> FormatSpec:
        return _how_values_are_written(value)

    @field_validator("streams")
    @classmethod
    def _named_apart(
        cls, streams: dict[str, tuple[EndpointSpec, ...]]
    ) -> dict[str, tuple[EndpointSpec, ...]]:
        for stream, endpoints in streams.items():
            names = [one.endpoint for one in endpoints]
            if len(set(names)) < len(names):
                raise ValueError(
                    f"endpoints of {stream} are told apart by `name`; found {', '.join(names)}"
                )
        return streams


def _how_values_are_written(value: FormatSpec) -> FormatSpec:
    allowed = {"decimal", "thousands", "date", "timestamp", "nulls"}
    spare = sorted(value.model_fields_set - allowed)
    if spare:
        raise ValueError(
            f"an API answers in JSON: `{spare[0]}` does nothing; allowed: {', '.join(sorted(allowed))}"
        )
    return value


def _kind_of(given: Any) -> str:
    return str(given.get("kind", "files") if isinstance(given, dict) else given.kind)


AnySource = Annotated[
    Annotated[SourceSpec, Tag("files")] | Annotated[ApiSpec, Tag("api")], Discriminator(_kind_of)
]


class Limits(Strict):
    """What the gate lets through. Shares are 0 to 1."""

    quarantine_share: float = Field(default=0.05, ge=0, le=1)
    """Rows of a load that may be in quarantine."""
    duplicate_share: float = Field(default=0.5, ge=0, le=1)
    """Rows of a load that may repeat a key of their file."""
    volume_drop_share: float = Field(default=0.9, ge=0, le=1)
    """How much smaller than usual a load may be."""
    snapshot_drop_share: float = Field(default=0.5, ge=0, le=1)
    """How much smaller than the one before a full snapshot may be: what it lacks is deleted."""
    rows_lost_share: float = Field(default=0.2, ge=0, le=1)
    """Rows that a mart may have fewer than in the release before."""
    silent_days: int = Field(default=14, ge=1)
    """Days without news after which a source has gone quiet."""


AlertEvent = Literal["failure", "freshness", "verdict", "alerts"]


class AlertSpec(Strict):
    """Where to tell of a refresh that needs a look. Secrets are named by their environment variable."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    kind: Literal["webhook", "smtp"]
    on: tuple[AlertEvent, ...] = ("failure", "freshness", "verdict")
    """failure: a refresh ended with an error; freshness: a source has gone quiet; verdict: the gate
    warned or failed; alerts: the release has critical alerts."""
    url_env: str | None = None
    """webhook: the variable with the address, which is a secret itself."""
    host: str | None = None
    port: int = Field(default=587, ge=1, le=65535)
    tls: Literal["starttls", "ssl", "none"] = "starttls"
    to: tuple[str, ...] = ()
    sender: str | None = Field(default=None, alias="from")
    user_env: str | None = None
    password_env: str | None = None

    _many = field_validator("on", "to", mode="before")(values.one_or_many)

    @model_validator(mode="after")
    def _complete(self) -> AlertSpec:
        if self.kind == "webhook" and not self.url_env:
            raise ValueError("`url_env`: the name of the variable that holds the webhook's address")
        if self.kind == "smtp" and not (self.host and self.to and self.sender):
            raise ValueError("`host`, `from` and `to` for mail")
        return self


class Settings(Strict):
    """All of `embudo.yml`, checked. `config_file` and `inbox` are absolute once loaded."""

    config_file: Path
    company: str = "My company"
    time_zone: str = "UTC"
    currency: str = "EUR"
    country: str = "ES"
    industry: str | None = None
    revenue_from: Literal["orders", "deals"] = "orders"
    as_of: datetime | date | None = None
    inbox: Path = Path("inbox")
    keep_releases: int = Field(default=5, ge=1)
    schedule: str = "0 6 * * *"
    limits: Limits = Limits()
    alerts: tuple[AlertSpec, ...] = ()
    sources: dict[str, AnySource] = Field(default_factory=dict)

    _zone = field_validator("time_zone")(values.time_zone)
    _currency = field_validator("currency")(values.currency)
    _country = field_validator("country")(values.country)
    _schedule = field_validator("schedule")(values.cron)
    _names = field_validator("sources")(values.source_names)
    _as_of = field_validator("as_of", mode="before")(values.day_or_moment)

    def limits_of(self, source: str) -> Limits:
        """The company's limits with what a source has of its own."""
        own = self.sources[source].limits.model_dump(exclude_none=True)
        return self.limits.model_copy(update=own)

    def required_streams(self) -> tuple[str, ...]:
        """`source.stream` of every stream that must have come at least once."""
        return tuple(
            f"{name}.{stream}" for name, spec in self.sources.items() for stream in spec.required
        )

    def source(self, name: str) -> SourceSpec | ApiSpec:
        """The source called `name`."""
        return self.sources[name]

    @property
    def apis(self) -> dict[str, ApiSpec]:
        """The sources that are asked, by name."""
        return {n: spec for n, spec in self.sources.items() if isinstance(spec, ApiSpec)}

    def inbox_of(self, source: str, *, home: Home) -> Path:
        """The folder of a source's files: dropped there by its people, or kept there of its answers."""
        spec = self.sources[source]
        if isinstance(spec, ApiSpec):
            return home.answers_of(source)
        return (
            self.inbox if spec.inbox is None else (self.config_file.parent / spec.inbox).resolve()
        )

    def selections_of(self, source: str, stream: str) -> tuple[SelectionSpec, ...]:
        """What feeds a stream of a source, as selections over the files of its inbox."""
        spec = self.sources[source]
        if isinstance(spec, ApiSpec):
            return tuple(endpoint.selection(stream) for endpoint in spec.streams[stream])
        return spec.streams[stream]

    def time_zone_of(self, source: str) -> str:
        """The zone of timestamps without one in a source's files."""
        return self.sources[source].time_zone or self.time_zone

    def currency_of(self, source: str) -> str:
        """The currency of a source's amounts that state none."""
        return self.sources[source].currency or self.currency

    def keys_of(self, source: str) -> str:
        """The source whose ids a source's rows refer to."""
        return self.sources[source].keys_of or source

    def format_of(self, source: str, selection: SelectionSpec) -> FormatSpec:
        """A selection's format over its source's."""
        return selection.format.over(self.sources[source].format)

    def as_of_utc(self) -> datetime | None:
        """`as_of` as naive UTC; a day means its last second in the reporting zone."""
        if self.as_of is None:
            return None
        moment = self.as_of
        if not isinstance(moment, datetime):
            moment = datetime.combine(moment, time(23, 59, 59))
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=ZoneInfo(self.time_zone))
        return moment.astimezone(UTC).replace(tzinfo=None)

    def dbt_vars(self) -> dict[str, str]:
        """The settings that models read as dbt vars."""
        return {
            "time_zone": self.time_zone,
            "currency": self.currency,
            "country": self.country,
            "revenue_from": self.revenue_from,
        }
