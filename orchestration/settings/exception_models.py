"""Standing exceptions: what is right in a company although a check of the gate does not pass.

What an exception changes in the gate belongs to `quality`. A waiver is for what one refresh found, and for one release;
an exception stands, for a kind of finding, until its last day (ADR 27).
"""

from __future__ import annotations

from datetime import date

from pydantic import Field, field_validator

from orchestration.settings import values
from orchestration.settings.strict import Strict


class ExceptionScope(Strict):
    """Which findings of the check are meant: each key narrows it, to one name or to a list of them."""

    source: tuple[str, ...] = Field(default=(), description="sources of embudo.yml")
    stream: tuple[str, ...] = Field(default=(), description="streams")
    subject: tuple[str, ...] = Field(default=(), description="subjects as the report names them")
    column: tuple[str, ...] = Field(default=(), description="columns of the stream")
    value: tuple[str, ...] = Field(default=(), description="values of the column")
    region: tuple[str, ...] = Field(default=(), description="regions")
    team: tuple[str, ...] = Field(default=(), description="teams")
    rep: tuple[str, ...] = Field(default=(), description="reps")

    _many = field_validator(
        "source", "stream", "subject", "column", "value", "region", "team", "rep", mode="before"
    )(values.one_or_many)

    def stated(self) -> dict[str, tuple[str, ...]]:
        """Those keys that narrow it."""
        return {key: names for key, names in self if names}


class ExceptionSpec(Strict):
    """A check that may fail, or its limits that are others, in a scope, for a reason, until a day (included)."""

    check: str = Field(min_length=1)
    scope: ExceptionScope = ExceptionScope()
    limits: dict[str, float | bool] = Field(default_factory=dict)
    reason: str
    until: date

    @field_validator("reason")
    @classmethod
    def _reason(cls, reason: str) -> str:
        if not reason.strip():
            raise ValueError("a reason, which everybody who reads the figures sees")
        return " ".join(reason.split())

    @property
    def text(self) -> str:
        """Its end and its reason, as reports show them."""
        return f"until {self.until:%Y-%m-%d}: {self.reason}"

    @property
    def title(self) -> str:
        """Which one it is, as reports name it."""
        parts = (f"{key} {', '.join(names)}" for key, names in self.scope.stated().items())
        scope = ", ".join(parts)
        return f"{self.check} ({scope})" if scope else self.check
