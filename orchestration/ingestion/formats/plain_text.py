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

_SINGLE_BYTE = ("iso8859-", "cp125", "mac-", "mac_")
"""Encodings of one byte a letter, in which any UTF-8 can be read: as other letters."""
_PROBED_BYTES = 1 << 16
_LEAST_PAIRS = 4
_MARKS_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_MARKS_32 = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)


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

    Raises `SourceError` where a compressed file is cut short or corrupt, where the order of its bytes is
    not declared, and where a file of UTF-8 is declared to have one byte a letter.
    """
    source = path
    if path.name.lower().endswith(".gz"):
        source = scratch / f"{path.name[:-3]}.plain"
        _decompress(path, source)
    _require_byte_order(path, source, encoding)
    if encoding.startswith(_SINGLE_BYTE) and _is_utf8(source):
        raise SourceError(
            f"{path.name} is UTF-8, and is read as {encoding}, which would garble its letters. Set "
            "`format.encoding: utf-8` for it in embudo.yml."
        )
    single = len(delimiter.encode()) == 1
    if encoding in ("utf-8", "utf-8-sig", "ascii") and single and not _only_returns(source):
        return PlainText(path=source, is_copy=source != path, delimiter=delimiter)
    target = scratch / f"{path.name}.utf-8"
    _recode(source, target, encoding=encoding, delimiter=None if single else delimiter)
    return PlainText(path=target, is_copy=True, delimiter=delimiter if single else STAND_IN)


def _require_byte_order(path: Path, source: Path, encoding: str) -> None:
    """Raise `SourceError` where a file has several bytes a letter, and their order is not declared.

    UTF-16 and UTF-32 without their mark can be read in either order of bytes: the settings must say which.
    """
    with source.open("rb") as file:
        head = file.read(_PROBED_BYTES)
    is_marked = head.startswith(_MARKS_16 + _MARKS_32)
    if not head or (encoding.startswith(("utf-16", "utf-32")) and is_marked):
        return
    if is_marked:
        marked = "utf-32" if head.startswith(_MARKS_32) else "utf-16"
        raise SourceError(
            f"{path.name} is {marked.upper()}, and is read as {encoding}. Set `format.encoding: {marked}` in "
            "embudo.yml."
        )
    guess = _byte_order(head)
    if encoding in ("utf-16", "utf-32"):
        expected = guess or f"{encoding}-le or {encoding}-be"
        raise SourceError(
            f"{path.name} is read as {encoding}, and has no byte order mark. Set `format.encoding: {expected}` in "
            "embudo.yml, or save the file with its mark."
        )
    if guess is not None and not encoding.startswith(("utf-16", "utf-32")):
        raise SourceError(
            f"{path.name} is read as {encoding}, and is most likely UTF-16 without a byte order mark: every "
            f"other byte is zero. Set `format.encoding: {guess}` in embudo.yml."
        )


def _is_utf8(path: Path) -> bool:
    """Whether all of a file is UTF-8, with letters beyond ASCII: by chance no other encoding looks so."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_ascii = True
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            is_ascii = is_ascii and chunk.isascii()
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                return False
    return not is_ascii


def _byte_order(head: bytes) -> str | None:
    """The UTF-16 whose letters the bytes most likely are; None where they look like none."""
    pairs = len(head) // 2
    if pairs < _LEAST_PAIRS:
        return None
    first, second = head[0 : 2 * pairs : 2].count(0), head[1 : 2 * pairs : 2].count(0)
    if second > pairs // 2 and not first:
        return "utf-16-le"
    if first > pairs // 2 and not second:
        return "utf-16-be"
    return None


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
    # As everywhere on the web: what is called latin-1 has the quotes and the euro sign of cp1252.
    known = "cp1252" if encoding == "iso8859-1" else encoding
    decoder = codecs.getincrementaldecoder(known)("embudo-mark")
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
