"""The releases that a server answers from: the current one, warm, and older ones that somebody pinned.

A switch of the current release opens and warms the new one first, then swaps; whoever still uses the old one keeps
it to the end. Which releases there are is for the `ReleaseStore` of the caller.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from orchestration.core.errors import ReleaseCorrupt
from semantic_layer.layer import SemanticLayer
from semantic_layer.query_limits import NO_LIMITS, QueryLimits
from semantic_layer.release_store import KeptRelease, ReleaseStore, ReleaseUnknown
from semantic_layer.request import QueryRequest

_MAX_PINNED = 3
"""Older releases that stay open beside the current one; each has a cache and file handles of its own."""


@dataclass
class _Held:
    """An open release and how many use it; one that is retired closes with its last user."""

    layer: SemanticLayer
    directory: Path
    users: int = 0
    retired: bool = False


class LayerPool:
    """Open releases, shared between threads."""

    def __init__(
        self,
        store: ReleaseStore,
        *,
        limits: QueryLimits = NO_LIMITS,
        opened: Callable[[SemanticLayer], None] = lambda _: None,
    ) -> None:
        """Open and warm the current release; raises `ReleaseCorrupt` where there is none.

        `opened` is called with each release before anybody is answered from it.
        """
        self._store = store
        self._limits = limits
        self._opened = opened
        self._lock = threading.Lock()
        self._opening = threading.Lock()
        self._pinned: OrderedDict[str, _Held] = OrderedDict()
        current = store.current_id()
        if current is None:
            raise ReleaseCorrupt(
                "Nothing is published yet, so there is nothing to serve: expected a release. "
                "Run `embudo refresh` first."
            )
        self._current = self._open(current)

    @property
    def current_id(self) -> str:
        """The release that requests without a pin are answered from."""
        return self._current.layer.release_id

    def release_ids(self) -> frozenset[str]:
        """The ids of all releases that are kept; takes a look at their folder."""
        return frozenset(self._store.release_ids())

    def kept_releases(self) -> tuple[KeptRelease, ...]:
        """All releases that can be pinned, the newest first."""
        return self._store.kept_releases()

    @contextmanager
    def lease(self, release_id: str | None = None) -> Iterator[SemanticLayer]:
        """The current release or an older one, open until the end of the block.

        Raises `ReleaseUnknown` for one that is not kept.
        """
        held = self._acquire(release_id)
        try:
            yield held.layer
        finally:
            self._release(held)

    def follow(self) -> bool:
        """Swap to the store's current release where it is another one; whether it was.

        Closes pinned releases whose folder is gone: what was erased must not be read on. Raises `ReleaseCorrupt`
        where the new one cannot be read; the old one stays.
        """
        self._drop_removed()
        wanted = self._store.current_id()
        if wanted is None or wanted == self._current.directory.name:
            return False
        with self._opening:
            new = self._open(wanted)
            with self._lock:
                old, self._current = self._current, new
                pinned = self._pinned.pop(wanted, None)
                closing = [held for held in (old, pinned) if held and self._retire(held)]
        for held in closing:
            held.layer.close()
        return True

    def close(self) -> None:
        """Close every release once its last user is done."""
        with self._lock:
            every = [self._current, *self._pinned.values()]
            self._pinned.clear()
            closing = [held for held in every if self._retire(held)]
        for held in closing:
            held.layer.close()

    def _acquire(self, release_id: str | None) -> _Held:
        with self._lock:
            if (held := self._find(release_id)) is not None:
                held.users += 1
                return held
        assert release_id is not None
        with self._opening:
            with self._lock:
                if (held := self._find(release_id)) is not None:
                    held.users += 1
                    return held
            return self._open_pinned(release_id)

    def _find(self, release_id: str | None) -> _Held | None:
        if release_id is None or release_id == self._current.directory.name:
            return self._current
        if release_id in self._pinned:
            self._pinned.move_to_end(release_id)
        return self._pinned.get(release_id)

    def _open_pinned(self, release_id: str) -> _Held:
        """Open a release, with its first user."""
        known = self._store.release_ids()
        if release_id not in known:
            raise ReleaseUnknown(
                f"There is no release `{release_id}`. Kept here: {', '.join(known) or 'none'}."
            )
        held = self._open(release_id)
        closing = None
        held.users = 1
        with self._lock:
            self._pinned[release_id] = held
            if len(self._pinned) > _MAX_PINNED:
                _, oldest = self._pinned.popitem(last=False)
                closing = oldest if self._retire(oldest) else None
        if closing is not None:
            closing.layer.close()
        return held

    def _open(self, release_id: str) -> _Held:
        directory = self._store.directory(release_id)
        layer = SemanticLayer.open(directory, limits=self._limits)
        try:
            _warm(layer)
            self._opened(layer)
        except BaseException:
            layer.close()
            raise
        return _Held(layer=layer, directory=directory)

    def _drop_removed(self) -> None:
        with self._lock:
            gone = [key for key, held in self._pinned.items() if not held.directory.is_dir()]
            closing = [held for key in gone if self._retire(held := self._pinned.pop(key))]
        for held in closing:
            held.layer.close()

    def _release(self, held: _Held) -> None:
        with self._lock:
            held.users -= 1
            closing = held.retired and held.users == 0
        if closing:
            held.layer.close()

    def _retire(self, held: _Held) -> bool:
        """Mark a release as no longer offered; whether it can be closed at once. The caller holds the lock."""
        held.retired = True
        return held.users == 0


def _warm(layer: SemanticLayer) -> None:
    """Read what the first question would wait for: definitions, lineage, and one plan."""
    layer.lineage.of(())
    metric = next((m for m in layer.metrics() if not m.requires_metric_time), None)
    if metric is not None:
        layer.explain(QueryRequest(metrics=(metric.name,)))
