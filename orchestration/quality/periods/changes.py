"""What comparing a stream's rows with its history finds."""

from __future__ import annotations

from dataclasses import dataclass

from orchestration.core.records import Severity


@dataclass(frozen=True)
class Change:
    """One thing that is unlike the history, in words with both figures.

    `severity` is error for what cannot be or is certainly wrong. `column` and `value` (a fingerprint) are what it is
    about, where it is one; `day` is one of its days as text.
    """

    text: str
    severity: Severity = "warn"
    failures: int = 1
    column: str = ""
    value: str | None = None
    days: tuple[str, ...] = ()
