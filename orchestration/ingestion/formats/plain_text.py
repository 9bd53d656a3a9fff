"""Any text file as plain UTF-8 with line feeds, copied only where it is not so already.

Decompression, recoding and delimiters of several characters are dealt with here, in chunks, before a
file is scanned. What the records are belongs to `structure`.
"""

from __future__ import annotations

import codecs
import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from orchestration.core.errors import SourceError
from orchestration.ingestion.formats.byte_faults import UNREADABLE

CHUNK_BYTES = 8 << 20
STAND_IN = "\x1f"
"""Replaces a delimiter of several characters, so that the scan looks for one byte."""


@dataclass(frozen=True)
class PlainText:
    """A UTF-8 file: its path, whether it is a scratch copy, and the byte its delimiter has."""

    path: Path
    is_copy: bool
    delimiter: str


def _mark(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    marks = (f"{UNREADABLE}{byte:02x}" for byte in error.object[error.start : error.end])
    return "".join(marks), error.end


codecs.register_error("embudo-mark", _mark)


def plain_text(path: Path, *, encoding: str, delimiter: str, scratch: Path) -> PlainText:
    """`path` as UTF-8, itself where it is, else a copy under `scratch`.

    Raises `SourceError` where a compressed file is cut short or corrupt.
    """
    source = path
    if path.name.lower().endswith(".gz"):
        source = scratch / f"{path.name[:-3]}.plain"
        _decompress(path, source)
    single = len(delimiter.encode()) == 1
    if encoding in ("utf-8", "utf-8-sig", "ascii") and single and not _only_returns(source):
        return PlainText(path=source, is_copy=source != path, delimiter=delimiter)
    target = scratch / f"{path.name}.utf-8"
    _recode(source, target, encoding=encoding, delimiter=None if single else delimiter)
    return PlainText(path=target, is_copy=True, delimiter=delimiter if single else STAND_IN)


def _decompress(path: Path, target: Path) -> None:
    try:
        with gzip.open(path, "rb") as packed, target.open("wb") as plain:
            while chunk := packed.read(CHUNK_BYTES):
                plain.write(chunk)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise SourceError(
            f"{path.name} cannot be decompressed: {error}. It is cut short or corrupt; send "
            "the complete file again."
        ) from error


def _only_returns(path: Path) -> bool:
    """Whether lines end in a carriage return alone, as old Macs wrote them."""
    with path.open("rb") as file:
        head = file.read(1 << 16)
    return b"\r" in head and b"\n" not in head and b"\r\r" not in head[-2:]


def _recode(source: Path, target: Path, *, encoding: str, delimiter: str | None) -> None:
    returns_only = False
    carried = ""
    with source.open("rb") as file, target.open("wb") as plain:
        for index, text in enumerate(_decoded(file, encoding)):
            text = carried + text
            carried = ""
            if index == 0:
                returns_only = "\r" in text and "\n" not in text
            if returns_only:
                text = text.replace("\r", "\n")
            if delimiter is not None:
                whole = text.replace(delimiter, STAND_IN)
                keep = len(delimiter) - 1
                carried = whole[-keep:] if keep else ""
                text = whole[:-keep] if keep else whole
            plain.write(text.encode("utf-8", "replace"))
        plain.write(carried.encode("utf-8", "replace"))


def _decoded(file: BinaryIO, encoding: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)("embudo-mark")
    first = True
    while True:
        chunk = file.read(CHUNK_BYTES)
        text = decoder.decode(chunk, final=not chunk)
        if first:
            text = text.removeprefix("\ufeff")
            first = False
        if text:
            yield text
        if not chunk:
            return
