"""How files are written: `format` of a source or a selection."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator, model_validator

from orchestration.settings import values
from orchestration.settings.strict import Strict


class FormatSpec(Strict):
    """How a file is written. What a selection does not state comes from its source."""

    type: Literal["csv", "jsonl", "parquet", "xlsx", "ods", "xls", "xlsb", "text"] | None = None
    """None: by the file's name (`.csv`, `.csv.gz`, `.jsonl`, `.parquet`, `.xlsx`, `.ods`, `.xls`, `.xlsb`, `.txt`)."""
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
    short_rows: Literal["reject", "fill"] = "reject"
    """What happens to a row with fewer fields than columns; `fill`: the last ones are empty."""
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
        own = {name: getattr(self, name) for name in self.model_fields_set}
        inherited = {name: getattr(base, name) for name in base.model_fields_set}
        return FormatSpec(**{**inherited, **own})


def values_only(value: FormatSpec) -> FormatSpec:
    """A format of JSON: it may state how values are written, and nothing else."""
    allowed = {"decimal", "thousands", "date", "timestamp", "nulls"}
    spare = sorted(value.model_fields_set - allowed)
    if spare:
        raise ValueError(
            f"an API responds in JSON: `{spare[0]}` does nothing; allowed: {', '.join(sorted(allowed))}"
        )
    return value
