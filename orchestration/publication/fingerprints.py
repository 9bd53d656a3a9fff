"""A digest of a release's file that takes milliseconds whatever its size, so that each reader can compare it.

It covers small files whole; of large ones their size, their beginning, where DuckDB counts what was written, their
end, and blocks between. Whether every byte is right belongs to the checksums, which `embudo doctor` compares.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

WHOLE_BYTES = 16 << 20
"""Files up to this size are covered whole."""

_BLOCK_BYTES = 4096
_HEAD_BYTES = 3 * _BLOCK_BYTES
"""DuckDB's main header and its two alternating headers, one of which each checkpoint writes."""
_SAMPLES = 256


def fingerprint(path: Path) -> str:
    """The digest of a file's size and bytes, or of samples of them."""
    size = path.stat().st_size
    digest = hashlib.blake2b(f"{size} ".encode(), digest_size=16)
    with path.open("rb", buffering=0) as file:
        if size <= WHOLE_BYTES:
            while block := file.read(1 << 20):
                digest.update(block)
            return digest.hexdigest()
        digest.update(os.pread(file.fileno(), _HEAD_BYTES, 0))
        step = (size - _HEAD_BYTES - _BLOCK_BYTES) // _SAMPLES
        for number in range(_SAMPLES):
            digest.update(os.pread(file.fileno(), _BLOCK_BYTES, _HEAD_BYTES + number * step))
        digest.update(os.pread(file.fileno(), _BLOCK_BYTES, size - _BLOCK_BYTES))
    return digest.hexdigest()
