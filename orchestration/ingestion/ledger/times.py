"""Times as the ledger's tables hold them: naive UTC, as text that sorts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import overload


def utc_now() -> datetime:
    """This moment as naive UTC."""
    return datetime.now(UTC).replace(tzinfo=None)


@overload
def to_text(time: datetime) -> str: ...
@overload
def to_text(time: datetime | None) -> str | None: ...
def to_text(time: datetime | None) -> str | None:
    """A time as text; one without a zone is UTC."""
    if time is None:
        return None
    if time.tzinfo is not None:
        time = time.astimezone(UTC).replace(tzinfo=None)
    return time.isoformat(sep=" ", timespec="microseconds")


def to_seconds_text(time: datetime) -> str:
    """A time as text, to the second: for records that people read."""
    return time.isoformat(sep=" ", timespec="seconds")


@overload
def from_text(text: str) -> datetime: ...
@overload
def from_text(text: str | None) -> datetime | None: ...
def from_text(text: str | None) -> datetime | None:
    """A stored time as naive UTC."""
    return datetime.fromisoformat(text) if text else None
