"""Cursors: how far records reach, as their API writes it, and from where the next request reads.

Storing a cursor belongs to `state`.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from orchestration.ingestion.casts import is_of_utc
from orchestration.settings.api_models import CursorSpec

_EARLIEST = 1970
_LARGEST = 2**63

Mark = datetime | int
"""How far an endpoint has been read: a time in UTC, or a number."""


class Cursor:
    """Reads and writes one endpoint's cursor. Times without a zone are those of `zone`."""

    def __init__(self, spec: CursorSpec, *, zone: str) -> None:
        """The cursor of `spec`."""
        self.spec = spec
        self._zone = ZoneInfo(zone)

    def read(self, value: Any) -> Mark | None:
        """The mark in a record's field; None where there is none or it cannot be read."""
        if value is None or value == "" or isinstance(value, bool):
            return None
        try:
            return self._read(value)
        except (ValueError, OverflowError, InvalidOperation, OSError):
            return None

    def _read(self, value: Any) -> Mark:
        form = self.spec.format
        if form == "number":
            number = Decimal(str(value))
            if not abs(number) < _LARGEST:
                raise ValueError(value)
            return int(number)
        if form in ("unix", "unix_ms"):
            seconds = Decimal(str(value)) / (1000 if form == "unix_ms" else 1)
            return self._in_utc(datetime.fromtimestamp(float(seconds), UTC))
        text = str(value).strip()
        parsed = datetime.fromisoformat(text) if form == "iso" else datetime.strptime(text, form)
        return self._in_utc(parsed.replace(tzinfo=UTC) if is_of_utc(form) else parsed)

    def initial(self) -> Mark | None:
        """Where to begin; None for everything."""
        initial = self.spec.initial
        if isinstance(initial, date) and not isinstance(initial, datetime):
            initial = datetime.combine(initial, time())
        return self._in_utc(initial) if isinstance(initial, datetime) else initial

    def since(self, mark: Mark | None) -> Mark | None:
        """From where to read once `mark` has been reached: the lag before it, not before the beginning."""
        first = self.initial()
        if mark is None:
            return first
        if isinstance(mark, int):
            low = mark - self.spec.lag_number
            return max(low, first) if isinstance(first, int) else low
        since = mark - self.spec.lag_time
        return max(since, first) if isinstance(first, datetime) else since

    def parameter(self, mark: Mark) -> str:
        """`mark` as the parameter's text, never later than it; a time without a zone is in `zone`."""
        form = self.spec.ask or self.spec.format
        if isinstance(mark, int):
            return str(mark)
        if form == "unix":
            return str(int(mark.timestamp()))
        if form == "unix_ms":
            return str(int(mark.timestamp() * 1000))
        if form == "iso":
            return mark.strftime("%Y-%m-%dT%H:%M:%SZ")
        has_zone = "%z" in form or is_of_utc(form)
        return mark.astimezone(UTC if has_zone else self._zone).strftime(form)

    def _in_utc(self, timestamp: datetime) -> datetime:
        if timestamp.year < _EARLIEST:
            raise ValueError(timestamp)
        aware = timestamp if timestamp.tzinfo else timestamp.replace(tzinfo=self._zone)
        return aware.astimezone(UTC)


def to_text(mark: Mark | None) -> str | None:
    """A mark as it is stored."""
    return mark.isoformat() if isinstance(mark, datetime) else None if mark is None else str(mark)


def from_text(text: str | None) -> Mark | None:
    """A mark that was stored."""
    if text is None:
        return None
    return int(text) if text.lstrip("-").isdigit() else datetime.fromisoformat(text)
