"""A search of everything under a folder: bytes as they are, and what Parquet, DuckDB, SQLite and zips hold."""

from __future__ import annotations

import gzip
import sqlite3
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb


def found_in(folder: Path, needles: Sequence[str], *, sparing: Sequence[Path] = ()) -> list[str]:
    """Places under `folder` where one of the needles stands, whatever the case of letters."""
    wanted = [needle.lower().encode() for needle in needles]
    places = []
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.is_symlink() or any(p in path.parents for p in sparing):
            continue
        for where, content in _contents(path):
            lowered = content.lower()
            places += [
                f"{path.relative_to(folder)}{where}: {needle.decode()}"
                for needle in wanted
                if needle in lowered or _wide(needle) in lowered
            ]
    return places


def _wide(needle: bytes) -> bytes:
    return needle.decode().encode("utf-16-le")


def _contents(path: Path) -> Iterator[tuple[str, bytes]]:
    raw = path.read_bytes()
    yield "", raw
    if raw.startswith(b"PAR1"):
        yield "", _text(duckdb.sql(f"select * from read_parquet('{path}')").fetchall())
    elif raw.startswith(b"SQLite format 3\x00"):
        database = sqlite3.connect(path)
        for (table,) in database.execute(
            "select name from sqlite_master where type = 'table'"
        ).fetchall():
            yield f":{table}", _text(database.execute(f'select * from "{table}"').fetchall())
        database.close()
    elif raw[8:12] == b"DUCK":
        with duckdb.connect(str(path), read_only=True) as connection:
            for schema, table in connection.execute(
                "select schema_name, table_name from duckdb_tables()"
            ).fetchall():
                rows = connection.execute(f'select * from "{schema}"."{table}"').fetchall()
                yield f":{table}", _text(rows)
    elif raw.startswith(b"\x1f\x8b"):
        yield "", gzip.decompress(raw)
    elif raw.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(path) as packed:
            for name in packed.namelist():
                yield f":{name}", packed.read(name)


def _text(rows: Sequence[tuple[object, ...]]) -> bytes:
    return "\n".join(
        "|".join(
            value.decode("latin-1") if isinstance(value, bytes) else str(value) for value in row
        )
        for row in rows
    ).encode("utf-8", "surrogateescape")
