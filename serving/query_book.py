"""Queries that were created and are fetched page by page, within a bound of number, time and memory.

A query belongs to the token that created it; another token learns nothing of it, not even that it exists.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from orchestration.core.errors import QueryInvalid
from semantic_layer.records import Trust

if TYPE_CHECKING:
    import pyarrow as pa

_MAX_QUERIES = 500
_MAX_BYTES = 128 * 1024 * 1024
_SECONDS = 600.0
"""How long a query can be fetched after it was created."""


@dataclass(frozen=True, kw_only=True)
class StoredAnswer:
    """The answer of a query: a table with its trust in its schema's metadata, and the SQL behind it."""

    table: pa.Table
    sql: str
    trust: Trust


@dataclass(frozen=True, kw_only=True)
class CreatedQuery:
    """A query that has been answered, or has failed with a message for its caller."""

    query_id: str
    caller: str
    """The digest of the token."""
    created: float
    answer: StoredAnswer | None = None
    error: str | None = None

    @property
    def size(self) -> int:
        """Bytes of the answer."""
        return int(self.answer.table.nbytes) if self.answer else 0


class QueryBook:
    """The queries of all callers. Safe to share between threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """There are none."""
        self._clock = clock
        self._lock = threading.Lock()
        self._queries: OrderedDict[str, CreatedQuery] = OrderedDict()
        self._size = 0

    def add(
        self, caller: str, *, answer: StoredAnswer | None = None, error: str | None = None
    ) -> CreatedQuery:
        """Enter a query; the oldest ones make room."""
        query = CreatedQuery(
            query_id=secrets.token_urlsafe(18),
            caller=caller,
            created=self._clock(),
            answer=answer,
            error=error,
        )
        with self._lock:
            self._queries[query.query_id] = query
            self._size += query.size
            while len(self._queries) > 1 and self._is_full():
                self._remove(next(iter(self._queries)))
        return query

    def find(self, query_id: str, caller: str) -> CreatedQuery:
        """A caller's query; raises `QueryInvalid` for one that is not there, is over, or is another's."""
        with self._lock:
            query = self._queries.get(query_id)
        if query is None or query.caller != caller or self._is_over(query):
            raise QueryInvalid(
                f"There is no query `{query_id[:40]}`: expected one that this token created in the last "
                f"{_SECONDS / 60:.0f} minutes. Create it again."
            )
        return query

    def cancel(self, query_id: str, caller: str) -> CreatedQuery:
        """Forget a caller's query; raises `QueryInvalid` as `find` does."""
        query = self.find(query_id, caller)
        with self._lock:
            self._remove(query_id)
        return query

    def drop_releases(self, kept: frozenset[str]) -> None:
        """Forget the answers of releases that are not kept any more: what was erased must not be read on."""
        with self._lock:
            gone = [
                key
                for key, query in self._queries.items()
                if query.answer is not None and query.answer.trust.release_id not in kept
            ]
            for key in gone:
                self._remove(key)

    def _is_full(self) -> bool:
        oldest = next(iter(self._queries.values()))
        return len(self._queries) > _MAX_QUERIES or self._size > _MAX_BYTES or self._is_over(oldest)

    def _is_over(self, query: CreatedQuery) -> bool:
        return self._clock() - query.created > _SECONDS

    def _remove(self, query_id: str) -> None:
        query = self._queries.pop(query_id, None)
        self._size -= query.size if query else 0
