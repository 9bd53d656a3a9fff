"""Where a stream's rows and columns come from: selections of files, and their mapping."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from orchestration.settings import values
from orchestration.settings.format_models import FormatSpec
from orchestration.settings.strict import Strict

PAST_MIDNIGHT_HOURS = 12
"""What `past_midnight: true` stands for."""

Scalar = str | int | float | bool | date | datetime


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
    def _short_form(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"column": value}
        if not isinstance(value, dict):
            raise ValueError(
                f"a column's name, or {{value: …}}, {{sql: …}}, {{column: …}}, not {value!r}"
            )
        if isinstance(value.get("map"), dict):
            as_text = {values.text_of(k): values.text_of(v) for k, v in value["map"].items()}
            value = {**value, "map": as_text}
        if "otherwise" in value:
            value = {**value, "otherwise": values.text_of(value["otherwise"])}
        return value

    @model_validator(mode="after")
    def _one_origin(self) -> ColumnSpec:
        origins = [name for name in ("column", "value", "sql") if getattr(self, name) is not None]
        if len(origins) != 1:
            stated = " and ".join(origins) or "none of them"
            raise ValueError(f"exactly one of column, value and sql is needed; found {stated}")
        if self.value is not None and (self.map or self.format or self.otherwise is not None):
            raise ValueError("a constant takes no map, otherwise or format")
        if self.otherwise is not None and not self.map:
            raise ValueError("`otherwise` is what unmapped values become: it needs a `map`")
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
    past_midnight: int | None = Field(default=None, ge=1, le=23)
    """A time earlier than the one before it is on the next day, if that is at most so many hours later."""

    @field_validator("past_midnight", mode="before")
    @classmethod
    def _past_midnight(cls, value: Any) -> Any:
        return {True: PAST_MIDNIGHT_HOURS, False: None}[value] if isinstance(value, bool) else value


class SelectionSpec(MappingSpec):
    """Which files feed a stream, which of their rows, and how their columns map."""

    files: tuple[str, ...] = Field(min_length=1)
    snapshot: Literal["file", "folder"] | None = None
    """Each file, or each folder of files, is the complete table: what a newer one lacks was deleted."""

    _lists = field_validator("files", mode="before")(values.one_or_many)
    _globs = field_validator("files")(values.globs)

    @field_validator("snapshot", mode="before")
    @classmethod
    def _snapshot(cls, value: Any) -> Any:
        return {True: "file", False: None}.get(value, value) if isinstance(value, bool) else value
