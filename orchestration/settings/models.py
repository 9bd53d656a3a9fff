"""The shape of `embudo.yml`: its top level, with defaults, and what follows from it for a source.

The parts of it stand in `*_models`. Reading YAML, the environment, and rules that need the contract
or a parser of SQL stand in `loading` and `mapping_rules`.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator

from orchestration.settings import values
from orchestration.settings.alert_models import AlertSpec
from orchestration.settings.exception_models import ExceptionSpec
from orchestration.settings.format_models import FormatSpec
from orchestration.settings.gate_models import Limits
from orchestration.settings.home import Home
from orchestration.settings.mapping_models import SelectionSpec
from orchestration.settings.phone_numbers import national_number
from orchestration.settings.source_models import AnySource, ApiSpec, SourceSpec
from orchestration.settings.strict import Strict

SERVICE_LEVELS = (10, 20, 60)
"""Seconds within which a call is answered in time, by metrics that the models define."""


class Settings(Strict):
    """All of `embudo.yml`, checked. `config_file` and `inbox` are absolute once loaded."""

    config_file: Path
    company: str = "My company"
    time_zone: str = "UTC"
    currency: str = "EUR"
    country: str = "ES"
    industry: str | None = None
    revenue_from: Literal["orders", "deals"] = "orders"
    service_level_seconds: tuple[int, ...] = SERVICE_LEVELS
    publish_contact_names: bool = False
    """Whether full names of contacts may leave the private warehouse, in texts of the marts."""
    as_of: datetime | date | None = None
    inbox: Path = Path("inbox")
    keep_releases: int = Field(default=5, ge=1)
    marts_folder: Path | None = None
    """Where other accounts read the marts of the current release; absolute once loaded."""
    schedule: str = "0 6 * * *"
    limits: Limits = Limits()
    exceptions: tuple[ExceptionSpec, ...] = ()
    alerts: tuple[AlertSpec, ...] = ()
    sources: dict[str, AnySource] = Field(default_factory=dict)

    _zone = field_validator("time_zone")(values.time_zone)
    _currency = field_validator("currency")(values.currency)
    _country = field_validator("country")(values.country)
    _schedule = field_validator("schedule")(values.cron)
    _names = field_validator("sources")(values.source_names)
    _service_levels = field_validator("service_level_seconds")(values.service_levels)
    _as_of = field_validator("as_of", mode="before")(values.date_or_timestamp)

    def limits_of(self, source: str) -> Limits:
        """The company's limits, overridden by those of a source."""
        own = self.sources[source].limits.model_dump(exclude_none=True)
        return self.limits.model_copy(update=own)

    def named_streams(self) -> frozenset[tuple[str, str]]:
        """Source and stream of all that is named under `sources`."""
        return frozenset(
            (name, stream) for name, spec in self.sources.items() for stream in spec.streams
        )

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
        """The sources that are APIs, by name."""
        return {n: spec for n, spec in self.sources.items() if isinstance(spec, ApiSpec)}

    def inbox_of(self, source: str, *, home: Home) -> Path:
        """The folder of a source's files: dropped there by people, or stored there by its fetches."""
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
        as_of = self.as_of
        if not isinstance(as_of, datetime):
            as_of = datetime.combine(as_of, time(23, 59, 59))
        if as_of.tzinfo is None:
            as_of = as_of.replace(tzinfo=ZoneInfo(self.time_zone))
        return as_of.astimezone(UTC).replace(tzinfo=None)

    def dbt_vars(self) -> dict[str, str]:
        """The settings that models read as dbt vars."""
        added = set(self.service_level_seconds) - set(SERVICE_LEVELS)
        levels = ",".join(str(seconds) for seconds in sorted(added))
        return {
            "time_zone": self.time_zone,
            "currency": self.currency,
            "country": self.country,
            "national_number": national_number(self.country),
            "revenue_from": self.revenue_from,
            **({"service_level_seconds": levels} if levels else {}),
        }
