"""Everything else that lies in a home, searched for a person's addresses: logs, events, caches, raw pages.

Text is rewritten, SQLite files are cleaned and packed, Parquet is written anew. What can be built again
(candidates, dbt's scratch, databases made by hand) is removed by `orchestration.erasure.request`; landing and releases
have their own erasures.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import os
import sqlite3
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path

from orchestration.core.errors import SourceError
from orchestration.privacy.data_subject import Person

_SQLITE = b"SQLite format 3\x00"
_PARQUET = b"PAR1"
_ZIP = b"PK\x03\x04"
_GZIP = b"\x1f\x8b"
_SIDE_FILES = ("-wal", "-shm", "-journal")


@dataclass
class Swept:
    """`changed` files were rewritten: the old checksum (sha256) to the file. `left` cannot be rewritten."""

    changed: dict[str, Path] = field(default_factory=dict)
    left: list[Path] = field(default_factory=list)


def sweep(root: Path, person: Person, *, sparing: Collection[Path], records: Path) -> Swept:
    """Take the person's addresses out of every file under `root` but for what is in `sparing`.

    Under `records` (answers of APIs, a record a line) the whole lines go.
    """
    swept = Swept()
    if not person.pattern:
        return swept
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if Path(folder, name) not in sparing]
        for name in sorted(names):
            path = Path(folder, name)
            if path not in sparing and not path.is_symlink() and not name.endswith(_SIDE_FILES):
                _clean(path, person, swept, by_line=path.is_relative_to(records))
    return swept


def _clean(path: Path, person: Person, swept: Swept, *, by_line: bool) -> None:
    with path.open("rb") as file:
        head = file.read(16)
    if head == _SQLITE:
        _clean_sqlite(path, person)
    elif head.startswith(_PARQUET):
        _rewrite(path, person, swept, _parquet_without)
    elif head.startswith(_GZIP):
        _rewrite(path, person, swept, _packed_without)
    elif head.startswith(_ZIP):
        if _names_in_zip(path, person):
            swept.left.append(path)
    else:
        _rewrite(path, person, swept, _lines_without if by_line else _text_without)


def _rewrite(
    path: Path, person: Person, swept: Swept, without: Callable[[Path, Path, Person], bool]
) -> None:
    aside = path.with_name(f".{path.name}.tmp")
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    if without(path, aside, person):
        aside.chmod(path.stat().st_mode & 0o777)
        aside.replace(path)
        swept.changed[before] = path
    else:
        aside.unlink(missing_ok=True)


def _text_without(path: Path, target: Path, person: Person) -> bool:
    content = path.read_bytes()
    for encoding in ("utf-16-le", "utf-16-be") if b"\x00" in content[:200] else ():
        try:
            text = content.decode(encoding).encode()
        except UnicodeDecodeError:
            continue
        if person.scrub(text) != text:
            target.write_bytes(person.scrub(text).decode().encode(encoding))
            return True
    cleaned = person.scrub(content)
    if cleaned == content:
        return False
    target.write_bytes(cleaned)
    return True


def _lines_without(path: Path, target: Path, person: Person) -> bool:
    lines = path.read_bytes().splitlines(keepends=True)
    kept = [line for line in lines if person.scrub(line) == line]
    if len(kept) == len(lines):
        return False
    target.write_bytes(b"".join(kept))
    return True


def _packed_without(path: Path, target: Path, person: Person) -> bool:
    content = gzip.decompress(path.read_bytes())
    cleaned = person.scrub(content)
    if cleaned == content:
        return False
    target.write_bytes(gzip.compress(cleaned))
    return True


def _parquet_without(path: Path, target: Path, person: Person) -> bool:
    import duckdb

    relation = "read_parquet('" + str(path).replace("'", "''") + "')"
    with duckdb.connect() as connection:
        texts = [
            '"' + row[0].replace('"', '""') + '"'
            for row in connection.execute(f"describe select * from {relation}").fetchall()
            if row[1] == "VARCHAR"
        ]
        named = " or ".join(person.mentioned_sql(text) for text in texts) or "false"
        row = connection.execute(f"select count(*) from {relation} where {named}").fetchone()
        if not row or not row[0]:
            return False
        listed = ", ".join(f"{person.scrubbed_sql(text)} as {text}" for text in texts)
        aside = str(target).replace("'", "''")
        connection.execute(
            f"copy (select * replace ({listed}) from {relation}) to '{aside}' (format parquet)"
        )
    return True


def _names_in_zip(path: Path, person: Person) -> bool:
    import zipfile

    try:
        with zipfile.ZipFile(path) as packed:
            for name in packed.namelist():
                content = packed.read(name)
                if person.scrub(content) != content:
                    return True
    except zipfile.BadZipFile:
        return False
    return False


def _clean_sqlite(path: Path, person: Person) -> None:
    """Scrub every text of every table, then pack the file, so that no page keeps what was there."""

    def scrub(value: str | bytes | int | float | None) -> str | bytes | int | float | None:
        if isinstance(value, str):
            return person.scrub(value.encode()).decode()
        return person.scrub(value) if isinstance(value, bytes) else value

    try:
        with contextlib.closing(
            sqlite3.connect(path, timeout=30, isolation_level=None)
        ) as database:
            database.create_function("scrubbed", 1, scrub, deterministic=True)
            tables = database.execute(
                "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'"
            ).fetchall()
            for (table,) in tables:
                for column in database.execute(f'pragma table_info("{table}")').fetchall():
                    name = '"' + str(column[1]).replace('"', '""') + '"'
                    database.execute(
                        f'update "{table}" set {name} = scrubbed({name}) '
                        f"where typeof({name}) in ('text', 'blob') and scrubbed({name}) is not {name}"
                    )
            database.execute("vacuum")
            database.execute("pragma wal_checkpoint(truncate)")
    except sqlite3.OperationalError as error:
        raise SourceError(
            f"{path} is in use ({error}): end `embudo ui` and whatever else has it open, then say the "
            "same again; what is done so far stays done."
        ) from error
