"""What the gate tolerates, and what it does with a load that fails a check."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, model_validator

from orchestration.settings.strict import Strict

OnBreach = Literal["warn", "quarantine", "stop"]

_FORMER_WORDS = {"set_aside": "quarantine", "files_set_aside": "rejected_files"}
"""Still read in embudo.yml, so that settings written for an earlier version keep their meaning."""


class BreachSpec(Strict):
    """What a failed check of gate 1 does with a source's loads, where it differs from the check's own policy.
    One word applies to all.

    `quarantine` keeps the load out of every build and lets the rest go on; it needs a load, so checks of files,
    or of a source as a whole, warn or stop.
    """

    quarantine_share: OnBreach | None = None
    duplicate_keys: OnBreach | None = None
    exponent_ids: OnBreach | None = None
    volume: OnBreach | None = None
    snapshot: OnBreach | None = None
    values: OnBreach | None = None
    freshness: Literal["warn", "stop"] | None = None
    rejected_files: Literal["warn", "stop"] | None = None
    new_columns: Literal["warn", "stop"] | None = None
    copied_files: Literal["warn", "stop"] | None = None
    sources_answered: Literal["warn", "stop"] | None = None
    """An API that does not respond; what was fetched before stays."""

    @model_validator(mode="before")
    @classmethod
    def _one_word(cls, value: Any) -> Any:
        if isinstance(value, Mapping):
            return {
                _FORMER_WORDS.get(name, name): _FORMER_WORDS.get(policy, policy)
                if isinstance(policy, str)
                else policy
                for name, policy in value.items()
            }
        if not isinstance(value, str):
            return value
        word = _FORMER_WORDS.get(value, value)
        words = ("warn", "quarantine", "stop")
        if word not in words:
            raise ValueError(
                f"one of {', '.join(words)}, or a word for each of {', '.join(cls.model_fields)}"
            )
        of_loads = dict.fromkeys(
            ("quarantine_share", "duplicate_keys", "exponent_ids", "volume", "snapshot", "values"),
            word,
        )
        of_sources = dict.fromkeys(
            ("freshness", "rejected_files", "new_columns", "copied_files", "sources_answered"),
            word,
        )
        return of_loads | ({} if word == "quarantine" else of_sources)


class SourceLimits(Strict):
    """What differs for one source from the company's `limits`. Shares are 0 to 1."""

    quarantine_share: float | None = Field(default=None, ge=0, le=1)
    duplicate_share: float | None = Field(default=None, ge=0, le=1)
    exponent_id_share: float | None = Field(default=None, ge=0, le=1)
    volume_drop_share: float | None = Field(default=None, ge=0, le=1)
    snapshot_drop_share: float | None = Field(default=None, ge=0, le=1)
    silent_days: int | None = Field(default=None, ge=1)


class Limits(Strict):
    """What the gate tolerates, where it differs from the checks' own limits. Shares are 0 to 1."""

    quarantine_share: float | None = Field(
        default=None, ge=0, le=1, description="rows of a load that may break the contract"
    )
    duplicate_share: float | None = Field(
        default=None, ge=0, le=1, description="rows of a load that may share a key and differ"
    )
    exponent_id_share: float | None = Field(
        default=None, ge=0, le=1, description="rows of a load whose ids may look like 12E4"
    )
    volume_drop_share: float | None = Field(
        default=None, ge=0, le=1, description="how much smaller than usual a load may be"
    )
    snapshot_drop_share: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description="how much smaller than the last one a full snapshot may be",
    )
    rows_lost_share: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description="rows that a mart may have fewer than in the last release",
    )
    unsent_email_share: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description="events of a source's e-mails whose sending has not landed",
    )
    unmatched_share: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description="rows of a source whose id may match no row of the stream it refers to",
    )
    silent_days: int | None = Field(
        default=None, ge=1, description="days that a source may be behind the others"
    )
