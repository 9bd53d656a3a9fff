"""The shape of `embudo.yml`: what may stand in it, with defaults.

Types and rules of single values belong here. Reading YAML, the environment, and rules that need the
contract or a parser of SQL stand in `loading` and `mapping_rules`.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from orchestration.settings import values

Scalar = str | int | float | bool | date | datetime


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FormatSpec(_Strict):
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


class ColumnSpec(_Strict):
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


class UnpivotSpec(_Strict):
    """Wide to long: each of `columns` becomes a row with its name and its value."""

    columns: tuple[str, ...] = Field(min_length=1)
    name: str
    value: str


class SelectionSpec(_Strict):
    """Which files feed a stream, which of their rows, and how their columns map."""

    files: tuple[str, ...] = Field(min_length=1)
    columns: dict[str, ColumnSpec] = Field(min_length=1)
    format: FormatSpec = FormatSpec()
    where: str | None = None
    unpivot: UnpivotSpec | None = None
    deleted: ColumnSpec | None = None

    _lists = field_validator("files", mode="before")(values.one_or_many)
    _globs = field_validator("files")(values.globs)


class SourceSpec(_Strict):
    """One system whose exports are dropped as files."""

    kind: Literal["files"] = "files"
    inbox: Path | None = None
    time_zone: str | None = None
    currency: str | None = None
    keys_of: str | None = None
    format: FormatSpec = FormatSpec()
    streams: dict[str, tuple[SelectionSpec, ...]] = Field(min_length=1)

    _zone = field_validator("time_zone")(values.time_zone)
    _currency = field_validator("currency")(values.currency)

    @field_validator("streams", mode="before")
    @classmethod
    def _selections(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        return {name: [one] if isinstance(one, dict) else one for name, one in given.items()}


class Limits(_Strict):
    """What the gate lets through. Shares are 0 to 1."""

    quarantine_share: float = Field(default=0.05, ge=0, le=1)
    """Rows of a load that may be in quarantine."""
    volume_drop_share: float = Field(default=0.9, ge=0, le=1)
    """How much smaller than usual a load may be."""
    rows_lost_share: float = Field(default=0.2, ge=0, le=1)
    """Rows that a mart may have fewer than in the release before."""
    silent_days: int = Field(default=14, ge=1)
    """Days without news after which a source has gone quiet."""


AlertEvent = Literal["failure", "freshness", "verdict"]


class AlertSpec(_Strict):
    """Where to tell of a refresh that needs a look. Secrets are named by their environment variable."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    kind: Literal["webhook", "smtp"]
    on: tuple[AlertEvent, ...] = ("failure", "freshness", "verdict")
    """failure: a refresh ended with an error; freshness: a source has gone quiet; verdict: the gate
    warned or failed."""
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


class Settings(_Strict):
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
    sources: dict[str, SourceSpec] = Field(default_factory=dict)

    _zone = field_validator("time_zone")(values.time_zone)
    _currency = field_validator("currency")(values.currency)
    _country = field_validator("country")(values.country)
    _schedule = field_validator("schedule")(values.cron)
    _names = field_validator("sources")(values.source_names)
    _as_of = field_validator("as_of", mode="before")(values.day_or_moment)

    def source(self, name: str) -> SourceSpec:
        """The source called `name`."""
        return self.sources[name]

    def inbox_of(self, source: str) -> Path:
        """The folder that a source's files are dropped in."""
        own = self.sources[source].inbox
        return self.inbox if own is None else (self.config_file.parent / own).resolve()

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
