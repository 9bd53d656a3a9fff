"""Sources: systems whose exports are dropped as files, and APIs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, field_validator

from orchestration.settings import values
from orchestration.settings.api_models import ConnectionSpec, RequestSpec
from orchestration.settings.format_models import FormatSpec, values_only
from orchestration.settings.gate_models import BreachSpec, SourceLimits
from orchestration.settings.mapping_models import MappingSpec, SelectionSpec
from orchestration.settings.strict import Strict


class EndpointSpec(RequestSpec, MappingSpec):
    """Which endpoint of an API feeds a stream, and how its records' fields map."""

    @field_validator("format")
    @classmethod
    def _json(cls, value: FormatSpec) -> FormatSpec:
        return values_only(value)

    def selection(self, stream: str) -> SelectionSpec:
        """The endpoint as a selection over the files that its records are stored in."""
        mapping = {name: getattr(self, name) for name in MappingSpec.model_fields}
        form = self.format.model_copy(update={"type": "jsonl"})
        return SelectionSpec(
            **{**mapping, "format": form}, files=(f"{stream}/{self.endpoint}/*.jsonl",)
        )


class _Source(Strict):
    """What all kinds of source have in common."""

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
    """One system that is fetched over HTTP."""

    kind: Literal["api"]
    streams: dict[str, tuple[EndpointSpec, ...]] = Field(min_length=1)

    _endpoints = field_validator("streams", mode="before")(values.lists_of_mappings)

    @field_validator("format")
    @classmethod
    def _json(cls, value: FormatSpec) -> FormatSpec:
        return values_only(value)

    @field_validator("streams")
    @classmethod
    def _named_apart(
        cls, streams: dict[str, tuple[EndpointSpec, ...]]
    ) -> dict[str, tuple[EndpointSpec, ...]]:
        for stream, endpoints in streams.items():
            names = [endpoint.endpoint for endpoint in endpoints]
            if len(set(names)) < len(names):
                raise ValueError(
                    f"endpoints of {stream} differ by `name`; found {', '.join(names)}"
                )
        return streams


def _kind_of(value: Any) -> str:
    return str(value.get("kind", "files") if isinstance(value, dict) else value.kind)


AnySource = Annotated[
    Annotated[SourceSpec, Tag("files")] | Annotated[ApiSpec, Tag("api")], Discriminator(_kind_of)
]
