"""Written answers are kept with their release, within a bound."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import pytest

from serving.replies import Reply
from serving.reply_cache import ReplyCache

pytestmark = pytest.mark.slow


class Layer:
    """In the place of an open release."""


def test_made_once_per_release_and_etag() -> None:
    made: list[str] = []

    def make(text: str) -> Any:
        def run() -> Reply:
            made.append(text)
            return Reply(content=text.encode())

        return run

    cache = ReplyCache()
    one: Any = Layer()
    other: Any = Layer()
    assert cache.get(one, "a", make("1")).content == b"1"
    assert cache.get(one, "a", make("2")).content == b"1"
    assert cache.get(one, "b", make("3")).content == b"3"
    assert cache.get(other, "a", make("4")).content == b"4"
    assert made == ["1", "3", "4"]


def test_a_closed_release_takes_its_replies_along() -> None:
    cache = ReplyCache()
    layer: Any = Layer()
    cache.get(layer, "a", lambda: Reply(content=b"x"))
    gone = weakref.ref(layer)
    del layer
    gc.collect()
    assert gone() is None


def test_failures_and_giants_are_not_kept() -> None:
    cache = ReplyCache()
    layer: Any = Layer()

    def fail() -> Reply:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        cache.get(layer, "a", fail)
    assert cache.get(layer, "a", lambda: Reply(content=b"x" * 5_000_000)).content[:1] == b"x"
    assert cache.get(layer, "a", lambda: Reply(content=b"y")).content == b"y"


def test_the_oldest_make_room() -> None:
    cache = ReplyCache()
    layer: Any = Layer()
    for number in range(12):
        cache.get(layer, str(number), lambda: Reply(content=b"x" * 3_000_000))
    assert cache.get(layer, "0", lambda: Reply(content=b"again")).content == b"again"
    assert cache.get(layer, "11", lambda: Reply(content=b"again")).content != b"again"
