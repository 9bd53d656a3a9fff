"""Bytes that no text file should hold: not in its encoding, NUL, or a carriage return inside a
line.

Files in other encodings come here recoded to UTF-8 by `plain_text`, which leaves a mark where a
byte could not be read.
"""

from __future__ import annotations

import codecs
import threading
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

UNREADABLE = "\ufffe"
"""Stands before the two hex digits of a byte that could not be recoded."""
UNREADABLE_BYTES = UNREADABLE.encode()
LONE_RETURN = "a carriage return in the middle of the line"

_found = threading.local()


def _note_and_skip(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    _found.positions.append(error.start)
    return "", error.end


codecs.register_error("embudo-note", _note_and_skip)


def byte_faults(data: npt.NDArray[np.uint8], *, encoding: str) -> Iterator[tuple[int, str]]:
    """Position and reason of every unusable byte, worst kind first."""
    for position in np.flatnonzero(data == 0).tolist():
        yield position, "a NUL byte"
    if len(data) and int(data.max()) > 127:
        raw = data.tobytes()
        for position in _not_utf8(raw):
            yield (
                position,
                f"byte 0x{raw[position]:02x} is not UTF-8 (if the file is latin-1 or cp1252, "
                "set format.encoding)",
            )
        if encoding != "utf-8":
            position = raw.find(UNREADABLE_BYTES)
            while position >= 0:
                digits = raw[position + 3 : position + 5].decode("ascii", "replace")
                yield position, f"byte 0x{digits} is not {encoding}"
                position = raw.find(UNREADABLE_BYTES, position + 3)
    returns = np.flatnonzero(data == 13)
    if len(returns):
        following = data[np.minimum(returns + 1, len(data) - 1)]
        lone = returns[(following != 10) & (returns + 1 < len(data))]
        for position in lone.tolist():
            yield position, LONE_RETURN


def _not_utf8(raw: bytes) -> list[int]:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        _found.positions = []
        raw.decode("utf-8", errors="embudo-note")
        return list(_found.positions)
    return []
