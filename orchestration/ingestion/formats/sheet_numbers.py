"""Numeric cells of an XLSX sheet with more digits than a workbook keeps.

DuckDB reads all cells as text, and a number of 16 digits looks like an id that was stored as text. Only the sheet's XML
has the difference. Reading the cells belongs to `excel`.
"""

from __future__ import annotations

import html
import posixpath
import re
import zipfile
from collections.abc import Iterator

_CHUNK = 8 << 20
_OVERLAP = 4096
"""More than a cell's XML has before its value."""

_SHEET = re.compile(rb"<(?:\w+:)?sheet\s[^>]*>")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\s[^>]*>")
_VALUE = re.compile(rb"<v>[+-]?\d{16,}(?:\.0*)?</v>")
_REFERENCE = re.compile(rb'\sr="([A-Z]+)(\d+)"')
_TYPE = re.compile(rb'\st="(\w+)"')


def long_numbers(archive: zipfile.ZipFile, sheet: str | None) -> list[tuple[int, int]]:
    """Row and column, counted from 1, of the sheet's numeric cells of 16 digits and more; None is the first sheet."""
    member = _member(archive, sheet)
    return [] if member is None else list(_cells(archive, member))


def _member(archive: zipfile.ZipFile, sheet: str | None) -> str | None:
    """The path in the archive of the sheet's XML."""
    try:
        workbook = archive.read("xl/workbook.xml")
        relations = archive.read("xl/_rels/workbook.xml.rels")
    except KeyError:
        return None
    sheets = {
        _attribute(tag, b"name"): _attribute(tag, b"r:id") for tag in _SHEET.findall(workbook)
    }
    wanted = sheets.get(sheet) if sheet is not None else next(iter(sheets.values()), None)
    for tag in _RELATION.findall(relations):
        if _attribute(tag, b"Id") == wanted:
            target = _attribute(tag, b"Target")
            path = target.lstrip("/") if target.startswith("/") else posixpath.join("xl", target)
            return path if path in archive.namelist() else None
    return None


def _attribute(tag: bytes, name: bytes) -> str:
    match = re.search(rb'\s%b="([^"]*)"' % re.escape(name), tag)
    return html.unescape(match[1].decode("utf-8", "replace")) if match else ""


def _cells(archive: zipfile.ZipFile, member: str) -> Iterator[tuple[int, int]]:
    with archive.open(member) as xml:
        before = b""
        while chunk := xml.read(_CHUNK):
            text = before + chunk
            for value in _VALUE.finditer(text):
                # one that ends in the overlap was found with the chunk before
                if value.end() <= len(before):
                    continue
                cell = text[text.rfind(b"<c ", 0, value.start()) : value.start()]
                kind, reference = _TYPE.search(cell), _REFERENCE.search(cell)
                if reference is not None and (kind is None or kind[1] == b"n"):
                    yield int(reference[2]), column_number(reference[1].decode())
            before = text[-_OVERLAP:]


def column_number(letters: str) -> int:
    """The number of a column, counted from 1: 27 of AA."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
