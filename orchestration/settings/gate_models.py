"""What the gate tolerates, and what it does with a load that fails a check."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field, create_model, model_validator

from orchestration.settings.check_catalogue import LimitEntry, all_limits
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


def _field(limit: LimitEntry) -> tuple[Any, Any]:
    kinds: dict[str, Any] = {"integer": int, "number": float, "boolean": bool}
    is_number = limit.kind != "boolean"
    return (
        kinds[limit.kind] | None,
        Field(
            default=None,
            strict=not is_number,
            ge=limit.low if is_number else None,
            le=limit.high if is_number else None,
            description=limit.text,
        ),
    )


def _model(name: str, text: str, limits: Mapping[str, LimitEntry]) -> Any:
    fields: dict[str, Any] = {limit: _field(entry) for limit, entry in limits.items()}
    return create_model(name, __base__=Strict, __module__=__name__, __doc__=text, **fields)


if TYPE_CHECKING:

    class Limits(Strict):
        """What the gate tolerates, where it differs from the checks' own limits: one key per limit of a check."""

        def __getattr__(self, name: str) -> float | None: ...

    class SourceLimits(Limits):
        """What differs for one source from the company's `limits`: those of the checks of loads."""

else:
    Limits = _model(
        "Limits",
        "What the gate tolerates, where it differs from the checks' own limits. Shares are 0 to 1.",
        all_limits(),
    )
    SourceLimits = _model(
        "SourceLimits",
        "What differs for one source from the company's `limits`. Shares are 0 to 1.",
        all_limits(gates=(1,)),
    )
