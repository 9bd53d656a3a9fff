"""Written answers by their etag, so that a cached answer is not turned into text again.

They belong to an open release and go with it; figures of a closed one are never sent.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from weakref import WeakKeyDictionary

from semantic_layer.layer import SemanticLayer
from serving.replies import Reply

_MAX_BYTES = 32 * 1024 * 1024
"""Per release; a single reply takes at most an eighth."""


class ReplyCache:
    """Replies of open releases. Safe to share between threads."""

    def __init__(self) -> None:
        """Nothing is cached."""
        self._lock = threading.Lock()
        self._by_layer: WeakKeyDictionary[SemanticLayer, OrderedDict[str, Reply]] = (
            WeakKeyDictionary()
        )

    def get(self, layer: SemanticLayer, etag: str, make: Callable[[], Reply]) -> Reply:
        """The reply of an etag, made where it is not there; what raises is not kept."""
        with self._lock:
            replies = self._by_layer.setdefault(layer, OrderedDict())
            if (known := replies.get(etag)) is not None:
                replies.move_to_end(etag)
                return known
        reply = make()
        if len(reply.content) <= _MAX_BYTES // 8:
            with self._lock:
                replies[etag] = reply
                while sum(len(kept.content) for kept in replies.values()) > _MAX_BYTES:
                    replies.popitem(last=False)
        return reply
