"""The proof of an erasure: everything under the home, decoded and searched for what was erased.

It looks into Parquet, DuckDB, SQLite, gzip, zip, JSON and text files, and into Dagster's PostgreSQL. A person who is
given is searched for in clear, in every spelling; all who were ever forgotten by their tombstones, text by text.
Nothing is changed; what is found is named by its place, never quoted.
"""

from __future__ import annotations

import gzip
import json
import sqlite3
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb

from orchestration.core.duckdb_session import name
from orchestration.erasure.dagster_postgres import postgres_texts
from orchestration.erasure.request import ErasureRequest, plan
from orchestration.privacy.data_subject import DataSubject
from orchestration.privacy.suppression import TextFilter
from orchestration.privacy.tombstones import read_tombstones, suppression_list
from orchestration.settings import Home, Settings

_BATCH = 20_000
_PIECE = 4_000
"""Longer lines are cut, with an overlap, so that one of megabytes is read at all."""
_OVERLAP = 200

Text = tuple[str, str]
"""Where it stands within a file (a table and column, or nothing), and the text."""


@dataclass(frozen=True)
class Proof:
    """What was looked at, and where something was found."""

    files: dict[str, int] = field(default_factory=dict)
    """Kind of file to how many were read."""
    texts: int = 0
    bytes_read: int = 0
    places: dict[str, int] = field(default_factory=dict)
    """File, with table and column, to texts that name somebody forgotten."""
    unread: tuple[str, ...] = ()
    """Files that could not be decoded."""
    exports: dict[str, int] = field(default_factory=dict)
    """Files of inboxes to texts that name somebody forgotten: they are the company's, and left as they are."""
    people: int = 0
    """Persons forgotten so far."""
    is_named: bool = False
    """Whether a person was searched for in clear."""

    @property
    def is_clean(self) -> bool:
        """Whether all could be read and nothing was found."""
        return not self.places and not self.unread


def prove_request(settings: Settings, home: Home, request: ErasureRequest) -> Proof:
    """Search the home, and name files of the inboxes, for all who were forgotten and for the person of the request.

    Raises `SettingsInvalid` where an address is none, or where people were forgotten under another key.
    """
    is_named = bool(request.emails or request.phones or request.contacts)
    subject = plan(settings, home, request).subject if is_named else DataSubject()
    hashes, key = suppression_list(home)
    inboxes = sorted({settings.inbox_of(source, home=home) for source in settings.sources})
    text_filter = TextFilter(hashes, key=key, country=settings.country)
    try:
        proof = _Search(subject, text_filter).under(
            home.root, sparing=[one for one in inboxes if _is_export_of(one, home)]
        )
        exports: Counter[str] = Counter()
        for inbox in inboxes:
            if inbox.is_dir() and (
                _is_export_of(inbox, home) or not inbox.is_relative_to(home.root)
            ):
                found = _Search(subject, text_filter).under(inbox, sparing=[home.root])
                exports.update({str(inbox / place): n for place, n in found.places.items()})
    finally:
        text_filter.close()
    return replace(
        proof,
        exports=dict(exports),
        people=len(read_tombstones(home)),
        is_named=is_named,
    )


def _is_export_of(inbox: Path, home: Home) -> bool:
    """Whether a folder within the home is the company's own: no answers of an API, which are the home's."""
    return (
        inbox != home.root
        and inbox.is_relative_to(home.root)
        and not inbox.is_relative_to(home.answers)
    )


class _Search:
    """A search for a person in clear, and for all whom a filter knows."""

    def __init__(self, subject: DataSubject, text_filter: TextFilter) -> None:
        self._subject, self._filter = subject, text_filter
        self._places: Counter[str] = Counter()
        self._texts = 0

    def under(self, root: Path, *, sparing: Sequence[Path]) -> Proof:
        """Every file under a folder; with the home's, Dagster's database."""
        files: Counter[str] = Counter()
        unread: list[str] = []
        size = 0
        for path in sorted(root.rglob("*")):
            if (
                not path.is_file()
                or path.is_symlink()
                or any(one in path.parents for one in sparing)
            ):
                continue
            kind, read = _reader(path)
            files[kind] += 1
            size += path.stat().st_size
            place = str(path.relative_to(root))
            try:
                self._look(place, read(path))
            except (OSError, ValueError, duckdb.Error, sqlite3.Error, zipfile.BadZipFile, EOFError):
                unread.append(place)
        self._look("Dagster's PostgreSQL: ", postgres_texts())
        return Proof(dict(files), self._texts, size, dict(self._places), tuple(unread))

    def _look(self, place: str, found: Iterable[Text]) -> None:
        for batch in _batches(found):
            self._texts += len(batch)
            known = self._filter.matches([text for _, text in batch])
            for (where, text), is_known in zip(batch, known, strict=True):
                if is_known or self._is_named(text):
                    self._places[f"{place}{where}"] += 1

    def _is_named(self, text: str) -> bool:
        encoded = text.encode("utf-8", "replace")
        return bool(self._subject.pattern) and self._subject.scrub(encoded) != encoded


def _batches(found: Iterable[Text]) -> Iterator[list[Text]]:
    batch: list[Text] = []
    for one in found:
        batch.append(one)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _reader(path: Path) -> tuple[str, Callable[[Path], Iterator[Text]]]:
    with path.open("rb") as file:
        head = file.read(16)
    if head.startswith(b"PAR1"):
        return "Parquet", _parquet
    if head.startswith(b"SQLite format 3\x00"):
        return "SQLite", _sqlite
    if head[8:12] == b"DUCK":
        return "DuckDB", _database
    if head.startswith(b"\x1f\x8b"):
        return "gzip", _gzipped
    if head.startswith(b"PK\x03\x04"):
        return "zip", _zipped
    return ("JSON" if path.suffix in (".json", ".jsonl") else "text"), _plain


def _parquet(path: Path) -> Iterator[Text]:
    with duckdb.connect() as connection:
        yield from _columns(
            connection, f"read_parquet('{str(path).replace(chr(39), chr(39) * 2)}')"
        )


def _database(path: Path) -> Iterator[Text]:
    with duckdb.connect(str(path), read_only=True) as connection:
        for schema, table in connection.execute(
            "select schema_name, table_name from duckdb_tables()"
        ).fetchall():
            relation = f"{name(schema)}.{name(table)}"
            for where, text in _columns(connection, relation):
                yield f": {schema}.{table}{where}", text


def _columns(connection: duckdb.DuckDBPyConnection, relation: str) -> Iterator[Text]:
    """The different texts of each column that may have any."""
    for column, kind, *_ in connection.execute(f"describe select * from {relation}").fetchall():
        if not any(word in kind for word in ("VARCHAR", "BLOB", "JSON", "STRUCT", "MAP")):
            continue
        rows = connection.cursor().execute(
            f"select distinct cast({name(column)} as varchar) from {relation} "
            f"where {name(column)} is not null"
        )
        while values := rows.fetchmany(_BATCH):
            for (value,) in values:
                yield from ((f".{column}", piece) for piece in _pieces(value))


def _sqlite(path: Path) -> Iterator[Text]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        database.text_factory = lambda value: value.decode("utf-8", "replace")
        tables = database.execute("select name from sqlite_master where type = 'table'").fetchall()
        for (table,) in tables:
            quoted = table.replace('"', '""')
            for row in database.execute(f'select * from "{quoted}"'):
                for value in row:
                    if isinstance(value, bytes):
                        value = value.decode("utf-8", "replace")
                    if isinstance(value, str):
                        yield from ((f": {table}", piece) for piece in _pieces(value))


def _gzipped(path: Path) -> Iterator[Text]:
    yield from _of_bytes(gzip.decompress(path.read_bytes()))


def _zipped(path: Path) -> Iterator[Text]:
    with zipfile.ZipFile(path) as archive:
        for member in archive.namelist():
            for where, text in _of_bytes(archive.read(member)):
                yield f": {member}{where}", text


def _plain(path: Path) -> Iterator[Text]:
    yield from _of_bytes(path.read_bytes())


def _of_bytes(content: bytes) -> Iterator[Text]:
    for text in _decoded(content):
        for line in text.splitlines():
            yield from (("", piece) for piece in _pieces(line))
            if line.lstrip().startswith(("{", "[")) and "\\u" in line:
                try:
                    plain = json.dumps(json.loads(line), ensure_ascii=False)
                except ValueError:
                    continue
                yield from (("", piece) for piece in _pieces(plain))


def _decoded(content: bytes) -> Iterator[str]:
    yield content.decode("utf-8", "replace")
    if b"\x00" in content[:200]:
        for encoding in ("utf-16-le", "utf-16-be"):
            yield content.decode(encoding, "replace")


def _pieces(text: str) -> Iterator[str]:
    for start in range(0, max(len(text), 1), _PIECE - _OVERLAP):
        yield text[start : start + _PIECE]
        if start + _PIECE >= len(text):
            return
