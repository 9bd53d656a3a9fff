"""How far one fetch has come: its cursor, and whether its pages lead anywhere."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from orchestration.core.errors import SourceError
from orchestration.ingestion.api.cursors import Cursor, Mark
from orchestration.settings import EndpointSpec

_PAGES_WITHOUT_NEW_RECORDS = 5
"""So many pages in a row that this fetch has had before, and the pages repeat themselves."""


def value_at(record: dict[str, Any], path: str) -> Any:
    """The value at a dotted path of a record, or under a key with dots; None where there is none."""
    if path in record:
        return record[path]
    value: Any = record
    for part in path.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


class CursorProgress:
    """How far the records of a fetch reach: never back, nor so far ahead that later records are missed."""

    def __init__(self, cursor: Cursor | None, mark: Mark | None, started_at: datetime) -> None:
        """`mark` is how far earlier fetches reached, `started_at` (UTC) when this one began."""
        self.mark = mark
        self.without_cursor = 0
        """Records whose cursor is missing, unreadable or in the future."""
        self._unreadable = 0
        self._read = 0
        self._cursor, self._started_at = cursor, started_at

    def add(self, record: dict[str, Any]) -> None:
        """Take one record's cursor into account."""
        if self._cursor is None:
            return
        value = value_at(record, self._cursor.spec.path)
        cursor_value = self._cursor.read(value)
        if cursor_value is None:
            self.without_cursor += 1
            self._unreadable += value not in (None, "")
            return
        self._read += 1
        if (
            isinstance(cursor_value, datetime)
            and cursor_value > self._started_at + self._cursor.spec.lag_time
        ):
            # A record of the year 2100 would end all fetching.
            self.without_cursor += 1
            return
        before: Any = self.mark
        self.mark = cursor_value if before is None else max(before, cursor_value)

    def require_readable(self, source: str, stream: str) -> None:
        """Raise `SourceError` where records have cursors, but not one can be read."""
        if self._unreadable and not self._read and self._cursor is not None:
            spec = self._cursor.spec
            raise SourceError(
                f"Source {source}, stream {stream}: not one of {self._unreadable:,} records has a "
                f"`{spec.path}` that reads as {spec.format}. Change `cursor.path` or "
                "`cursor.format`. Nothing of this fetch was landed."
            )


class PageWatch:
    """Checks that each page brings records that the pages before it lacked."""

    def __init__(self, source: str, stream: str, endpoint: EndpointSpec) -> None:
        """The pages of one fetch of `endpoint`."""
        self.pages = 0
        self._repeated = 0
        self._was_short = False
        self._name = f"Source {source}, stream {stream}, endpoint {endpoint.path}"
        self._pagination = endpoint.pagination

    def check(self, page: list[dict[str, Any]], new_records: int) -> None:
        """Raise `SourceError` where the pages repeat themselves or leave records out."""
        self.pages += 1
        self._repeated = 0 if new_records or not page else self._repeated + 1
        if self._repeated >= _PAGES_WITHOUT_NEW_RECORDS:
            raise SourceError(
                f"{self._name}: {self._repeated} pages in a row repeat earlier ones; the pagination "
                "loops. Check `pagination`. Nothing of this fetch was landed."
            )
        if self._was_short and page:
            raise SourceError(
                f"{self._name}: a page had fewer records than the {self._pagination.limit} requested, "
                "and yet more followed: those between would be lost. Set `pagination.limit` to the "
                "API's largest page. Nothing of this fetch was landed."
            )
        limit = self._pagination.limit
        self._was_short = self._pagination.kind == "offset" and len(page) < (limit or 0)
